namespace Terrace.Tests;

/// <summary>Files of the repository that are no part of the program.</summary>
internal static class RepositoryFile
{
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    /// <summary>The full path of a file, whether it is there or not.</summary>
    public static string PathOf(string path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Terrace.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? "", path);
    }
}
