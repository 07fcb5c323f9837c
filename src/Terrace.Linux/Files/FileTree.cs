using Terrace.Linux.Interop;

namespace Terrace.Linux.Files;

/// <summary>
/// Small files and folders below a root: <c>/</c> on a machine, a captured tree in tests. What does not exist is null or empty,
/// since kernels differ in what they offer.
/// </summary>
public sealed class FileTree(string root)
{
    /// <summary>
    /// Bytes of a file that is read whole. The largest that the kernel makes of a host are its list of sockets and the mappings of a
    /// process, of which there are 65,530 at most.
    /// </summary>
    public const int MostBytes = 16 << 20;

    /// <summary>The same of files that describe a process: whoever started it has a say in what they hold.</summary>
    public const int MostOfProcess = 64 << 10;

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

    /// <summary>A file's bytes, or null when it cannot be read or has more than <paramref name="most"/>.</summary>
    public byte[]? Read(string relative, int most = MostBytes) =>
        SmallFile.TryRead(PathOf(relative), most, out byte[]? bytes) == 0 ? bytes : null;

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
    /// <param name="relative">The folder.</param>
    /// <param name="prefix">What the names begin with.</param>
    /// <param name="most">At most that many names are looked at, in the kernel's order.</param>
    public List<(string Name, long Number)> Numbered(string relative, string prefix, int most = int.MaxValue)
    {
        List<(string Name, long Number)> found = [];
        foreach (string name in Names(relative, most))
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
    public IEnumerable<string> Names(string relative, int most = int.MaxValue)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(PathOf(relative)).Take(most).Select(path => Path.GetFileName(path))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
