namespace Terrace.Linux.Files;

/// <summary>
/// A small file of what is to be put back (a <see cref="WholeFile"/>), which one instance of Terrace at a time may change.
/// </summary>
public sealed class StateFile(string path)
{
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lockInterval = TimeSpan.FromMilliseconds(50);

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
        WholeFile.MakeFolderOf(FullPath);
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
    public void Write(byte[] bytes) => WholeFile.Write(FullPath, bytes);

    /// <summary>Removes it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public void Remove() => WholeFile.Remove(FullPath);
}
