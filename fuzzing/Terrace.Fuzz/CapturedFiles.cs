using System.Text;

namespace Terrace.Fuzz;

/// <summary>Files of real machines that the tests hold, as inputs to begin with.</summary>
internal static class CapturedFiles
{
    private const string Trees = "tests/Terrace.Linux.Tests/CapturedTrees";

    /// <summary>The repository: above the program, or where it was started.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>All files of captured trees that have this path's end, each content once.</summary>
    public static IEnumerable<byte[]> Named(params string[] ends) =>
        Directory.EnumerateFiles(Path.Combine(Repository, Trees), "*", SearchOption.AllDirectories)
            .Where(path => ends.Any(end => path.EndsWith("/" + end, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).DistinctBy(Convert.ToBase64String);

    /// <summary>The files of one folder of the repository.</summary>
    public static IEnumerable<byte[]> In(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository, folder), pattern, SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(File.ReadAllBytes);

    /// <summary>The path of one captured tree.</summary>
    public static string Tree(string name) => Path.Combine(Repository, Trees, name);

    /// <summary>Texts as the bytes of a file.</summary>
    public static IEnumerable<byte[]> Texts(params string[] texts) => texts.Select(Encoding.UTF8.GetBytes);

    private static string FindRepository()
    {
        foreach (string start in (ReadOnlySpan<string>)[AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Terrace.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("run it in the repository, where the captured files are");
    }
}
