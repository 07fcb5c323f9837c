using Terrace.Linux.Interop;

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
    /// Keeps other instances of Terrace away until disposed; the kernel lifts it too when the process dies. Makes the folder when it is
    /// missing.
    /// </summary>
    /// <exception cref="IOException">Another instance holds it for longer than a change takes, or the folder cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public FileLock Lock()
    {
        WholeFile.MakeFolderOf(FullPath);
        long start = Environment.TickCount64;
        while (true)
        {
            int error = FileLock.TryTake(FullPath + ".lock", out FileLock? taken);
            if (error == 0)
            {
                return taken!;
            }

            if (error != Errno.EAGAIN || Environment.TickCount64 - start >= s_lockPatience.TotalMilliseconds)
            {
                throw error is Errno.EACCES or Errno.EPERM or Errno.EROFS
                    ? new UnauthorizedAccessException($"'{FullPath}.lock' may not be written")
                    : new IOException(
                        error == Errno.EAGAIN
                            ? $"another terrace has '{FullPath}.lock'"
                            : $"'{FullPath}.lock' cannot be opened (error {error})");
            }

            Thread.Sleep(s_lockInterval);
        }
    }

    /// <summary>Its bytes; null when there is no such file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public byte[]? Read()
    {
        try
        {
            return SmallFile.Read(FullPath);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Replaces it.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public void Write(byte[] bytes) => WholeFile.Write(FullPath, bytes);

    /// <summary>Removes it.</summary>
    /// <exception cref="IOException">It cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    public void Remove() => WholeFile.Remove(FullPath);
}
