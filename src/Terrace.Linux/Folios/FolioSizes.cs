using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Folios;

/// <summary>
/// Whether there may be folios on the machine that are larger than a page and smaller than a huge page, by what the kernel says of each
/// size (Documentation/admin-guide/mm/transhuge.rst, Linux 6.8): how much anonymous memory is of it now, else whether it is switched
/// on, and whether shared memory has been given any. Page cache is not counted there.
/// </summary>
/// <param name="root"><c>/</c>, or a captured tree in tests.</param>
internal sealed class FolioSizes(string root)
{
    private const string Folder = "sys/kernel/mm/transparent_hugepage";
    private const string Prefix = "hugepages-";
    private const string Suffix = "kB";
    private const int HugeKilobytes = 2048;

    private readonly byte[] _general = PathOf(root, "enabled");
    private readonly Size[] _sizes = Find(root);

    /// <summary>Base pages of the largest size that is switched on; 1 for none.</summary>
    public int LargestPages { get; private set; } = 1;

    /// <summary>Reads it again: some small files, none on a kernel that has no such sizes. Makes no garbage.</summary>
    public bool Read()
    {
        bool found = false;
        LargestPages = 1;
        foreach (Size size in _sizes)
        {
            bool on = IsOn(size.Enabled);
            LargestPages = on ? Math.Max(LargestPages, size.Pages) : LargestPages;
            found |= (NumberIn(size.Anonymous) is { } anonymous ? anonymous > 0 : on) || NumberIn(size.Shared) > 0;
        }

        return found;
    }

    private bool IsOn(byte[] path)
    {
        Span<byte> text = stackalloc byte[64];
        ReadOnlySpan<byte> chosen = text[..Math.Max(0, BriefFile.ReadOnce(path, text))];
        if (chosen.IndexOf("[inherit]"u8) >= 0)
        {
            chosen = text[..Math.Max(0, BriefFile.ReadOnce(_general, text))];
        }

        return chosen.IndexOf("[always]"u8) >= 0 || chosen.IndexOf("[madvise]"u8) >= 0;
    }

    private static long? NumberIn(byte[] path)
    {
        Span<byte> text = stackalloc byte[32];
        int read = BriefFile.ReadOnce(path, text);
        return read > 0 && Utf8Parser.TryParse(text[..read], out long number, out _) ? number : null;
    }

    private static Size[] Find(string root)
    {
        string folder = Path.Combine(root, Folder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder, Prefix + "*" + Suffix)
                .Select(path => Path.GetFileName(path))
                .Select(name => new
                {
                    Name = name,
                    Kilobytes = int.TryParse(
                        name[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0,
                })
                .Where(size => size.Kilobytes is > 4 and < HugeKilobytes && BitOperations.IsPow2(size.Kilobytes))
                .Select(size => new Size(
                    size.Kilobytes / 4,
                    PathOf(root, size.Name + "/enabled"),
                    PathOf(root, size.Name + "/stats/nr_anon"),
                    PathOf(root, size.Name + "/stats/shmem_alloc")))]
            : [];
    }

    private static byte[] PathOf(string root, string name) => BriefFile.PathOf(Path.Combine(root, Folder, name));

    private sealed record Size(int Pages, byte[] Enabled, byte[] Anonymous, byte[] Shared);
}
