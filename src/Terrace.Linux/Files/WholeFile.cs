using Microsoft.Win32.SafeHandles;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// Files that are either as they were or as they should be, whenever the program or the machine stops: made next to their place under
/// a name that nobody can know, brought to the disk, renamed (rename(2) replaces at once), and their folder brought to the disk. All of
/// it happens in one open folder, so that no link of somebody else's is followed.
/// </summary>
public static class WholeFile
{
    // Octal 755, 644 and 600.
    private const uint FolderMode = 0b111_101_101;
    private const uint PublicMode = 0b110_100_100;
    private const uint PrivateMode = 0b110_000_000;

    private static readonly TimeSpan s_longAgo = TimeSpan.FromMinutes(1);

    /// <summary>Replaces a file, or makes it and its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="isPrivate">For its user alone; else everybody may read it.</param>
    /// <exception cref="IOException">It cannot be written; what was there is there still.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, bool isPrivate = false)
    {
        string full = Path.GetFullPath(path);
        using OpenFolder folder = Open(MakeFolderOf(full));
        string name = Path.GetFileName(full);
        RemoveLeftBehind(Path.GetDirectoryName(full)!, folder, name);
        Check(path, folder.TryMake(name, isPrivate ? PrivateMode : PublicMode, out string next, out SafeFileHandle? file));
        bool isThere = false;
        try
        {
            using (FileStream stream = new(file!, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            Check(path, folder.Rename(next, name));
            isThere = true;
            Check(path, folder.Sync());
        }
        finally
        {
            if (!isThere)
            {
                _ = folder.Remove(next);
            }
        }
    }

    /// <summary>Removes a file.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public static void Remove(string path)
    {
        string full = Path.GetFullPath(path);
        using OpenFolder folder = Open(Path.GetDirectoryName(full)!);
        int error = folder.Remove(Path.GetFileName(full));
        if (error != Errno.ENOENT)
        {
            Check(path, error);
            Check(path, folder.Sync());
        }
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
            File.SetUnixFileMode(folder, (UnixFileMode)FolderMode);
        }

        return folder;
    }

    // Of programs that were killed while they wrote it, not of one that writes it now.
    private static void RemoveLeftBehind(string path, OpenFolder folder, string name)
    {
        foreach (string left in Directory.EnumerateFiles(path, OpenFolder.PatternOf(name)))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(left) > s_longAgo)
            {
                _ = folder.Remove(Path.GetFileName(left));
            }
        }
    }

    private static OpenFolder Open(string path)
    {
        Check(path, OpenFolder.TryOpen(path, out OpenFolder? folder));
        return folder!;
    }

    private static void Check(string path, int error)
    {
        switch (error)
        {
            case 0:
                return;
            case Errno.EACCES or Errno.EPERM or Errno.EROFS:
                throw new UnauthorizedAccessException($"'{path}' may not be written");
            case Errno.ENOSPC:
                throw new IOException($"'{path}': the disk is full");
            case Errno.EISDIR or Errno.EEXIST:
                throw new IOException($"'{path}' is a folder");
            default:
                throw new IOException($"'{path}' cannot be kept safely (error {error})");
        }
    }
}
