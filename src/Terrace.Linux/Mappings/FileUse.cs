using System.Diagnostics;

namespace Terrace.Linux.Mappings;

/// <summary>What one process has of a shared file.</summary>
internal sealed class FileUse(SharedFile file)
{
    public SharedFile File { get; } = file;

    /// <summary>Pages that count as this process's.</summary>
    public SparseBits Mine { get; } = new();

    /// <summary>Pages that its last scan saw accessed, whosever they are.</summary>
    public SparseBits Seen { get; } = new();

    /// <summary>
    /// Its own pages that this scan found. A chunk without any page is not reported, so what is missing shows only at the end.
    /// </summary>
    public SparseBits Found { get; } = new();

    /// <summary>Timestamp of the last scan.</summary>
    public long SeenAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>The reading of the mappings that last found it mapped.</summary>
    public long Reading { get; set; }

    /// <summary>Begins a scan.</summary>
    public void BeginScan()
    {
        File.LetGoUnseen(this);
        Found.Clear();
        Seen.Clear();
        SeenAt = Stopwatch.GetTimestamp();
    }

    /// <summary>
    /// True when one of the 64 pages from <paramref name="first"/> on, as far as they are in <paramref name="covered"/>, counts
    /// as another process's.
    /// </summary>
    public bool HasOthers(long first, ulong covered) => (File.OwnedByOthers(this, first) & covered) != 0;

    /// <summary>
    /// Takes what a scan saw of 64 pages; gives back which of them count as this process's, and which of these anybody accessed.
    /// </summary>
    /// <param name="first">Number of the first page in the file.</param>
    /// <param name="covered">Pages that the mapping covers.</param>
    /// <param name="present">Those in the process's page table.</param>
    /// <param name="accessed">Those that it accessed.</param>
    /// <param name="mayOwn">False when none of them may be its own.</param>
    public (ulong Own, ulong Accessed) Take(long first, ulong covered, ulong present, ulong accessed, bool mayOwn)
    {
        present &= covered;
        accessed &= present;
        ulong others = File.OwnedByOthers(this, first) & covered;
        ulong own = mayOwn ? present & ~others : 0;
        if (own != (Mine.Read(first) & covered))
        {
            File.Own(this, first, own, covered & ~others);
        }

        Found.Write(first, own, covered);
        Seen.Write(first, accessed, covered);
        return (own, own == 0 ? 0 : (accessed | File.SeenByOthers(this, first)) & own);
    }
}
