namespace Terrace.Tests;

/// <summary>Files of the repository that are no part of the program.</summary>
internal static class RepositoryFile
{
    public static string Read(string path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Terrace.slnx")))
        {
            folder = folder.Parent;
        }

        return File.ReadAllText(Path.Combine(folder?.FullName ?? "", path));
    }
}
