using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>
/// .NET takes a lock (flock(2)) on each file that it opens by a path, and fails when somebody holds one: whoever may read a file could
/// keep a daemon of root from reading it. So files are opened by <c>SmallFile</c>, <c>PlainFile</c> and their like.
/// </summary>
public sealed partial class OpenedFileTests
{
    // The program's own /proc/self.
    private static readonly string[] s_mayLock = ["src/Terrace.Cli/Exercise/PagemapLocator.cs"];

    [Fact]
    public void No_file_of_others_is_opened_with_a_lock()
    {
        IEnumerable<string> opened = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !s_mayLock.Contains(path))
            .SelectMany(path => Repository.Read(path).Split('\n').Index()
                .Where(line => Opening().IsMatch(line.Item))
                .Select(line => $"{path}:{line.Index + 1}: {line.Item.Trim()}"));
        Assert.Empty(opened);
    }

    [Theory]
    [InlineData("string text = File.ReadAllText(path);", true)]
    [InlineData("foreach (string line in File.ReadLines(\"/etc/group\"))", true)]
    [InlineData("using FileStream file = new(path, FileMode.Open);", true)]
    [InlineData("return new FileStream(path, FileMode.Open);", true)]
    [InlineData("using StreamReader reader = new(path);", true)]
    [InlineData("file = File.OpenHandle(path);", true)]
    [InlineData("using FileStream stream = new(handle, FileAccess.Read);", false)]
    [InlineData("BriefFile.ReadOnce(path, text); SmallFile.Read(path); PressureFile.Read(x)", false)]
    [InlineData("/// Unlike <c>File.Read…</c> it takes no lock", false)]
    public void What_opens_with_a_lock_is_seen(string line, bool seen) => Assert.Equal(seen, Opening().IsMatch(line));

    [GeneratedRegex(
        @"(?<!\w)File\.(Read(All|Lines)|Open(Read|Text|Handle|Write)?\(|AppendAll|AppendText|Create(Text)?\(|WriteAll)"
            + @"|(?<!\w)FileMode\.|(FileStream|Stream(Reader|Writer))(\(| \w+ = new\()\s*\w*[pP]ath",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Opening();
}
