namespace Terrace.Tests;

/// <summary>
/// Files that hold what others rely on, as it is now: a change of it is a change of a file, which a review shows. With
/// <c>TERRACE_ACCEPT=1</c> (<c>./test --accept</c>) the files are written instead of compared.
/// </summary>
/// <param name="folder">Where they are.</param>
/// <param name="accept">Whether they are written.</param>
internal sealed class SnapshotFolder(string folder, bool accept)
{
    private const string Variable = "TERRACE_ACCEPT";
    private const string Fix = "if that is meant, ./test --accept writes it down; docs/deprecation.md says what may change and how";

    /// <summary>The folder of a test project, by its path in the repository.</summary>
    public static SnapshotFolder Of(string path) => new(RepositoryFiles.PathOf(path), Environment.GetEnvironmentVariable(Variable) == "1");

    /// <summary>Fails with what differs when a file does not hold this text.</summary>
    public void Check(string name, string text)
    {
        string path = Path.Combine(folder, name);
        string before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (accept && before != text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return;
        }

        Assert.True(before == text, $"{name} is not what it was — {Fix}\n{UnifiedDiff.Of(before, text, name)}");
    }

    /// <summary>Fails when the folder holds a text file that is none of these.</summary>
    public void CheckNames(IEnumerable<string> names)
    {
        string[] stale = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, "*.txt", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(folder, path)).Except(names).Order(StringComparer.Ordinal)]
            : [];
        if (accept)
        {
            Array.ForEach(stale, name => File.Delete(Path.Combine(folder, name)));
            return;
        }

        Assert.True(stale.Length == 0, $"nothing is compared with {string.Join(", ", stale)} any more — {Fix}");
    }
}
