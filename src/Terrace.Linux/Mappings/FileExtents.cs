namespace Terrace.Linux.Mappings;

/// <summary>Which parts of files a process maps shared, to count each byte of a file once, however often it is mapped.</summary>
internal sealed class FileExtents
{
    private readonly List<(FileIdentity File, ulong Start, ulong End)> _mapped = [];

    /// <summary>Forgets all.</summary>
    public void Clear() => _mapped.Clear();

    /// <summary>Adds a mapping.</summary>
    /// <param name="file">What it maps.</param>
    /// <param name="offset">Where in the file it begins, bytes.</param>
    /// <param name="length">Its length, bytes.</param>
    public void Add(FileIdentity file, ulong offset, ulong length) => _mapped.Add((file, offset, offset + length));

    /// <summary>Bytes that are mapped at least once. Allocates nothing.</summary>
    public long Count()
    {
        _mapped.Sort(static (a, b) =>
        {
            int order = a.File.Device.CompareTo(b.File.Device);
            order = order != 0 ? order : a.File.Inode.CompareTo(b.File.Inode);
            return order != 0 ? order : a.Start.CompareTo(b.Start);
        });
        long bytes = 0;
        ulong counted = 0;
        for (int i = 0; i < _mapped.Count; i++)
        {
            (FileIdentity file, ulong start, ulong end) = _mapped[i];
            counted = i > 0 && _mapped[i - 1].File == file ? Math.Max(counted, start) : start;
            bytes += end > counted ? (long)(end - counted) : 0;
            counted = Math.Max(counted, end);
        }

        return bytes;
    }
}
