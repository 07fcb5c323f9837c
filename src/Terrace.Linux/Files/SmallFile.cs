using System.Buffers;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// Reads files as a whole, up to a limit. Unlike <c>File.Read…</c> it takes no lock (flock(2)): whoever may read a file may hold its
/// lock, for as long as he likes.
/// </summary>
public static class SmallFile
{
    /// <summary>Reads it: 0, or the error number (EFBIG: it has more than <paramref name="most"/> bytes).</summary>
    public static int TryRead(string path, int most, out byte[]? bytes)
    {
        bytes = null;
        int error = LinuxFile.TryOpenRead(path, out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        using (file)
        {
            byte[] rented = ArrayPool<byte>.Shared.Rent(16384);
            byte[] buffer = rented;
            try
            {
                int total = 0;
                while (true)
                {
                    int read = file!.Read(total, buffer.AsSpan(total));
                    if (read < 0)
                    {
                        return -read;
                    }

                    total += read;
                    if (total > most)
                    {
                        return Errno.EFBIG;
                    }

                    if (read == 0)
                    {
                        bytes = buffer[..total];
                        return 0;
                    }

                    if (total == buffer.Length)
                    {
                        // Files of /proc have no size; those of megabytes have one, and are not to be copied at each doubling.
                        long next = Math.Max(buffer.Length * 2L, SizeOf(path) + 1);
                        Array.Resize(ref buffer, (int)Math.Min(next, most + 1L));
                    }
                }
            }
            finally
            {
                // Not what it grew to: the pool would keep several times the size of the kernel's type information, which is read once.
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>Reads it, for those who tell people what went wrong.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="UnauthorizedAccessException">Not permitted.</exception>
    /// <exception cref="IOException">It cannot be read, or has more than <paramref name="most"/> bytes.</exception>
    public static byte[] Read(string path, int most = FileTree.MostBytes) => TryRead(path, most, out byte[]? bytes) switch
    {
        0 => bytes!,
        Errno.ENOENT or Errno.ENOTDIR => throw new FileNotFoundException($"there is no '{path}'", path),
        Errno.EACCES or Errno.EPERM => throw new UnauthorizedAccessException($"'{path}' may not be read"),
        Errno.EISDIR => throw new IOException($"'{path}' is a folder"),
        Errno.EFBIG => throw new IOException($"'{path}' has more than {most >> 10} KiB"),
        var error => throw new IOException($"'{path}' cannot be read (error {error})"),
    };

    // It may be wrong, or a hole.
    private static long SizeOf(string path) => FileStatus.TryRead(path, out FileStatus status) == 0 ? Math.Max(0, status.Bytes) : 0;
}
