using System.Buffers;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// Small files and folders below a root: <c>/</c> on a machine, a captured tree in tests. What does not exist is null or empty,
/// since kernels differ in what they offer.
/// </summary>
public sealed class FileTree(string root)
{
    /// <summary>Most room that a file's size alone makes: it may be wrong, or a hole.</summary>
    private const int MostAtOnce = 64 << 20;

    /// <summary>The machine's own files.</summary>
    public static FileTree OfHost { get; } = new("/");

    /// <summary>The full path of a file named from the root, for messages.</summary>
    public string PathOf(string relative) => Path.Combine(root, relative);

    /// <summary>True when there is such a file or folder.</summary>
    public bool Has(string relative) => Path.Exists(PathOf(relative));

    /// <summary>
    /// 0 when a file can be opened for reading, else the error number (ENOENT: there is none; EACCES, EPERM: not permitted).
    /// </summary>
    public int OpenError(string relative)
    {
        int error = LinuxFile.TryOpenRead(PathOf(relative), out LinuxFile? file);
        file?.Dispose();
        return error;
    }

    /// <summary>A small text file without the spaces and newlines at its ends, or null when it cannot be read.</summary>
    public string? ReadText(string relative) => Read(relative) is { } text ? System.Text.Encoding.UTF8.GetString(text).Trim() : null;

    /// <summary>A file's bytes, or null when it cannot be read.</summary>
    public byte[]? Read(string relative)
    {
        if (LinuxFile.TryOpenRead(PathOf(relative), out LinuxFile? file) != 0)
        {
            return null;
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
                    if (read <= 0)
                    {
                        return read < 0 ? null : buffer[..total];
                    }

                    total += read;
                    if (total == buffer.Length)
                    {
                        // Files of /proc have no size; those of megabytes have one, and are not to be copied at each doubling.
                        Array.Resize(ref buffer, Math.Max(buffer.Length * 2, SizeOf(relative) + 1));
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

    private int SizeOf(string relative) =>
        FileStatus.TryRead(PathOf(relative), out FileStatus status) == 0 ? (int)Math.Clamp(status.Bytes, 0, MostAtOnce) : 0;

    /// <summary>Writes a setting with one call, as files of /sys want it: 0, or the error number.</summary>
    public int Write(string relative, ReadOnlySpan<byte> text)
    {
        int error = LinuxFile.TryOpenWrite(PathOf(relative), out LinuxFile? file);
        if (error != 0)
        {
            return error;
        }

        using (file)
        {
            int written = file!.Write(0, text);
            return written == text.Length ? 0 : written < 0 ? -written : Errno.EIO;
        }
    }

    /// <summary>A file that holds one decimal number, or null.</summary>
    public long? ReadNumber(string relative) => Read(relative) is { } text && KernelText.TryNumber(text, out long value) ? value : null;

    /// <summary>
    /// The names in a folder that begin with <paramref name="prefix"/> and continue with a number, with that number; in order of it.
    /// </summary>
    public List<(string Name, long Number)> Numbered(string relative, string prefix)
    {
        List<(string Name, long Number)> found = [];
        foreach (string name in Names(relative))
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(prefix.Length), System.Globalization.NumberStyles.None, provider: null, out long number))
            {
                found.Add((name, number));
            }
        }

        found.Sort((a, b) => a.Number.CompareTo(b.Number));
        return found;
    }

    /// <summary>The names in a folder, in no order; none when there is no such folder.</summary>
    public IEnumerable<string> Names(string relative)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(PathOf(relative)).Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
