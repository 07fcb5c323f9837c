namespace Terrace.Tests;

/// <summary>Files of the repository that are not built into the program.</summary>
internal static class RepositoryFiles
{
    /// <summary>The full path of one.</summary>
    public static string PathOf(string path)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Terrace.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new InvalidOperationException("the tests do not run from within the repository"), path);
    }
}
