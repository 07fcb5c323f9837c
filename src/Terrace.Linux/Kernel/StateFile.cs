using Terrace.Linux.Interop;

namespace Terrace.Linux.Kernel;

/// <summary>
/// A small file that is either as it was or as it shall be, whenever the program or the machine stops: written beside its place, brought
/// to the disk, renamed (rename(2) replaces at once), and its folder brought to the disk.
/// </summary>
internal sealed class StateFile(string path)
{
    // Octal 755 and 644: everybody may see what was changed.
    private const uint FolderMode = 0b111_101_101;
    private const uint TextMode = 0b110_100_100;

    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lockInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Where it is.</summary>
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>
    /// Keeps other instances of Terrace away until disposed; the kernel lifts it too when the process dies (flock(2), by which .NET keeps
    /// files to one process). Makes the folder when it is missing.
    /// </summary>
    /// <exception cref="IOException">Another instance holds it for longer than a change takes, or the folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public FileStream Lock()
    {
        if (!Directory.Exists(_folder))
        {
            // The mode of mkdir(2) is cut by the umask; this one shall not be.
            Directory.CreateDirectory(_folder);
            ForOpened(_folder, folder => folder.ChangeMode(FolderMode));
        }

        long start = Environment.TickCount64;
        while (true)
        {
            try
            {
                return new FileStream(FullPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Environment.TickCount64 - start < s_lockPatience.TotalMilliseconds)
            {
                Thread.Sleep(s_lockInterval);
            }
        }
    }

    /// <summary>Its bytes; null when there is no such file.</summary>
    public byte[]? Read() => File.Exists(FullPath) ? File.ReadAllBytes(FullPath) : null;

    /// <summary>Replaces it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public void Write(byte[] bytes)
    {
        string next = FullPath + ".new";
        using (FileStream file = new(next, FileMode.Create, FileAccess.Write, FileShare.Read))
        {
            file.Write(bytes);
        }

        ForOpened(next, file => file.ChangeMode(TextMode) is not 0 and var error ? error : file.Sync());
        File.Move(next, FullPath, overwrite: true);
        ForOpened(_folder, folder => folder.Sync());
    }

    /// <summary>Removes it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public void Remove()
    {
        File.Delete(FullPath);
        ForOpened(_folder, folder => folder.Sync());
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
