namespace Terrace.Architecture.Tests;

/// <summary>Finds the repository's files from where the tests run.</summary>
internal static class Repository
{
    private static readonly string[] s_generated = ["bin", "obj", "artifacts", ".git"];

    public static string Root { get; } = FindRoot();

    /// <summary>C# files below a folder of the repository, without what builds leave.</summary>
    public static IReadOnlyList<SourceFile> SourcesIn(string folder) =>
        [.. FilesIn(folder, "*.cs").Select(path => new SourceFile(path, Read(path)))];

    /// <summary>Paths of the files below a folder whose names have a pattern, without what builds leave.</summary>
    public static IEnumerable<string> FilesIn(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Intersect(s_generated).Any())
            .Order(StringComparer.Ordinal);

    /// <summary>Text of one file of the repository.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Terrace.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new InvalidOperationException(
                "the tests run outside the repository: Terrace.slnx is in no folder above " + AppContext.BaseDirectory);
    }
}
