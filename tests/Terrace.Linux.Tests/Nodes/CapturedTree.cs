using System.Runtime.CompilerServices;

namespace Terrace.Linux.Tests.Nodes;

/// <summary>
/// /proc and /sys of real machines, one folder each below CapturedTrees (the script there captures more), and copies of them with one
/// file changed. A test of a new parser names a tree and needs nothing else.
/// </summary>
internal sealed class CapturedTree : IDisposable
{
    private CapturedTree(string root) => Root = root;

    public string Root { get; }

    /// <summary>Where a captured tree is.</summary>
    public static string Of(string name, [CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(thisFile)!)!, "CapturedTrees", name);

    /// <summary>A copy that a test may change; deleted at its end.</summary>
    public static CapturedTree CopyOf(string name)
    {
        string source = Of(name);
        string target = Directory.CreateTempSubdirectory("terrace-tree-").FullName;
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return new CapturedTree(target);
    }

    /// <summary>One that a test fills itself; deleted at its end.</summary>
    public static CapturedTree Empty() => new(Directory.CreateTempSubdirectory("terrace-tree-").FullName);

    public CapturedTree With(string file, string text)
    {
        string path = Path.Combine(Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return this;
    }

    public CapturedTree Without(string file)
    {
        string path = Path.Combine(Root, file);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }

        return this;
    }

    public string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    public IEnumerable<string> Files => Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
