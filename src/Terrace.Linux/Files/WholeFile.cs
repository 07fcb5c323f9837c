using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// Files that are either as they were or as they should be, whenever the program or the machine stops: written next to their place,
/// brought to the
/// disk, renamed (rename(2) replaces at once), and their folder brought to the disk.
/// </summary>
public static class WholeFile
{
    // Octal 755 and 644: everybody may read what Terrace keeps.
    private const uint FolderMode = 0b111_101_101;
    private const uint TextMode = 0b110_100_100;

    /// <summary>Replaces a file, or makes it and its folder.</summary>
    /// <exception cref="IOException">It cannot be written; what was there is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        string full = Path.GetFullPath(path);
        string folder = MakeFolderOf(full);
        string next = full + ".new";
        using (FileStream file = new(next, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            file.Write(bytes);
        }

        ForOpened(next, file => file.ChangeMode(TextMode) is not 0 and var error ? error : file.Sync());
        File.Move(next, full, overwrite: true);
        ForOpened(folder, opened => opened.Sync());
    }

    /// <summary>Removes a file.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void Remove(string path)
    {
        string full = Path.GetFullPath(path);
        File.Delete(full);
        ForOpened(Path.GetDirectoryName(full)!, folder => folder.Sync());
    }

    /// <summary>Makes the folder of a file when it is missing, and returns it.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    internal static string MakeFolderOf(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            // The mode of mkdir(2) is cut by the umask; this one must not be.
            Directory.CreateDirectory(folder);
            ForOpened(folder, opened => opened.ChangeMode(FolderMode));
        }

        return folder;
    }

    private static void ForOpened(string path, Func<LinuxFile, int> work)
    {
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        using (file)
        {
            error = error != 0 ? error : work(file!);
        }

        if (error != 0)
        {
            throw new IOException($"{path} cannot be kept safely (error {error})");
        }
    }
}
