using System.Diagnostics;

namespace Terrace.Linux.Mappings;

/// <summary>
/// One view that a process has of a shared file: mappings no two of which are of the same page of it. A process that maps the file
/// several times over, as Java's ZGC does with its heap, has several.
/// </summary>
internal sealed class FileUse(SharedFile file)
{
    private readonly List<(long First, long End)> _claimed = [];

    public SharedFile File { get; } = file;

    /// <summary>Pages that count as this view's.</summary>
    public SparseBits Mine { get; } = new();

    /// <summary>Pages that its last whole scan saw accessed, whosever they are.</summary>
    public SparseBits Seen { get; private set; } = new();

    /// <summary>
    /// Its own pages that this scan found. A chunk without any page is not reported, so what is missing shows only at the end.
    /// </summary>
    public SparseBits Found { get; } = new();

    /// <summary>Timestamp of the last whole scan.</summary>
    public long SeenAt { get; private set; } = Stopwatch.GetTimestamp();

    /// <summary>True when nothing that it saw counts.</summary>
    public bool IsRetired { get; private set; } = true;

    /// <summary>The reading of the mappings that last found it mapped.</summary>
    public long Reading { get; private set; }

    /// <summary>How often others had used pages of the file that are not theirs, when this view was last scanned.</summary>
    public long UsedByOthers { get; private set; }

    /// <summary>True when others have accessed pages since that may count as this view's.</summary>
    public bool IsUsedByOthers => UsedByOthers != File.UsesOfOthers && Mine.HasAny;

    /// <summary>Memory that it holds, bytes.</summary>
    public long Bytes => Mine.Bytes + Seen.Bytes + Found.Bytes + Now.Bytes;

    /// <summary>Pages that this scan has seen accessed.</summary>
    private SparseBits Now { get; set; } = new();

    /// <summary>
    /// Makes pages of the file a part of this view in a reading of the mappings; false when some of them are one already, so that
    /// another view must have them.
    /// </summary>
    public bool TryClaim(long reading, long first, long end)
    {
        if (Reading != reading)
        {
            Reading = reading;
            _claimed.Clear();
        }

        // Sorted, and neighbours joined: most views are one range.
        int at = _claimed.BinarySearch((first, long.MaxValue));
        at = at < 0 ? ~at : at;
        if ((at > 0 && _claimed[at - 1].End > first) || (at < _claimed.Count && _claimed[at].First < end))
        {
            return false;
        }

        if (at > 0 && _claimed[at - 1].End == first)
        {
            _claimed[--at] = (_claimed[at].First, end);
        }
        else
        {
            _claimed.Insert(at, (first, end));
        }

        if (at + 1 < _claimed.Count && _claimed[at + 1].First == end)
        {
            _claimed[at] = (_claimed[at].First, _claimed[at + 1].End);
            _claimed.RemoveAt(at + 1);
        }

        return true;
    }

    /// <summary>Begins a scan.</summary>
    public void BeginScan()
    {
        File.RetireStale();
        UsedByOthers = File.UsesOfOthers;
        Found.Clear();
        Now.Clear();
    }

    /// <summary>Ends a scan that saw all: from now on others go by it, and pages that it did not find are nobody's.</summary>
    public void EndScan()
    {
        File.LetGoUnseen(this);
        File.Recount(Seen, Now);
        (Seen, Now) = (Now, Seen);
        IsRetired = false;
        SeenAt = Stopwatch.GetTimestamp();
        if (Seen.HasOutside(Mine))
        {
            File.NoteUseOfOthers();
            UsedByOthers++;
        }
    }

    /// <summary>This scan saw some of the 64 pages from <paramref name="first"/> on accessed, none of which is its own.</summary>
    public void NoteAccessed(long first, ulong accessed) => Now.Write(first, accessed, accessed);

    /// <summary>What it saw says nothing any more.</summary>
    public void Retire()
    {
        Now.Clear();
        File.Recount(Seen, Now);
        Seen.Clear();
        IsRetired = true;
    }

    /// <summary>
    /// True when one of the 64 pages from <paramref name="first"/> on, as far as they are in <paramref name="covered"/>, counts
    /// as another view's.
    /// </summary>
    public bool HasOthers(long first, ulong covered) => (File.OwnedByOthers(this, first) & covered) != 0;

    /// <summary>
    /// Takes what a scan saw of 64 pages; gives back which of them count as this view's, and which of these anybody accessed.
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
        Now.Write(first, accessed, covered);
        return (own, own == 0 ? 0 : (accessed | File.SeenByOthers(this, first)) & own);
    }
}
