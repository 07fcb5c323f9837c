namespace Terrace.Host.Configuration;

/// <summary>What paths are when their symbolic links are followed, which is what the kernel says of running programs.</summary>
internal sealed class RealPaths
{
    // The kernel gives up after as many (MAXSYMLINKS, include/linux/namei.h).
    private const int MostLinks = 40;

    private readonly Dictionary<string, string?> _folders = new(StringComparer.Ordinal) { ["/"] = "/" };

    /// <summary>The path without links; null when there is no such file, and of what cannot be a path.</summary>
    public string? Of(string path) => Of(path, MostLinks);

    private string? Of(string path, int links)
    {
        // The runtime takes neither, not even to say that there is no such file.
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        path = Path.GetFullPath(path, "/");
        if (path == "/")
        {
            return path;
        }

        return FolderOf(Path.GetDirectoryName(path)!, links) is { } folder
            ? Follow(Path.Combine(folder, Path.GetFileName(path)), links)
            : null;
    }

    private string? FolderOf(string folder, int links)
    {
        if (!_folders.TryGetValue(folder, out string? real))
        {
            _folders[folder] = real = Of(folder, links);
        }

        return real;
    }

    private string? Follow(string path, int links)
    {
        try
        {
            FileInfo file = new(path);
            return file.LinkTarget is { } target
                ? links > 0 ? Of(Path.Combine(Path.GetDirectoryName(path)!, target), links - 1) : null
                : file.Exists || Directory.Exists(path) ? path : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
