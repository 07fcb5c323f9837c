using System.Diagnostics;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Whose each page of a shared file is: the first view of a managed process (<see cref="FileUse"/>) in whose page table it was seen,
/// until it is there no more or the view ends. By number in the file, not by frame, so that moving a page does not change whose it is.
/// </summary>
/// <remarks>
/// How many views saw each page accessed is kept in counters, a plane of bits for each binary digit: a scan costs what its own view
/// has changed, however many processes map the file.
/// </remarks>
internal sealed class SharedFile(FileIdentity identity)
{
    /// <summary>
    /// What a process saw longer ago than this says nothing of now: it is paused, or stopped. Much longer than the longest rest between
    /// rounds, which a long clear or the limit of processor time may stretch.
    /// </summary>
    private static readonly TimeSpan s_staleAfter = TimeSpan.FromMinutes(10);

    /// <summary>How often stale views are looked for: there may be thousands.</summary>
    private static readonly TimeSpan s_retireEvery = TimeSpan.FromSeconds(5);

    private readonly List<FileUse> _uses = [];
    private readonly SparseBits _owned = new();
    private readonly List<SparseBits> _counts = [];
    private long _retiredAt = Stopwatch.GetTimestamp();

    public FileIdentity Identity { get; } = identity;

    /// <summary>True when no process uses it any more.</summary>
    public bool IsUnused => _uses.Count == 0;

    /// <summary>How often a scan saw pages accessed that count as another view's.</summary>
    public long UsesOfOthers { get; private set; }

    /// <summary>Memory that is kept about it, bytes.</summary>
    public long Bytes => _owned.Bytes + _counts.Sum(plane => plane.Bytes) + _uses.Sum(use => use.Bytes);

    /// <summary>Begins one more view.</summary>
    public FileUse Join()
    {
        FileUse use = new(this);
        _uses.Add(use);
        return use;
    }

    /// <summary>Ends a view: its pages are the next one's that sees them.</summary>
    public void Leave(FileUse use)
    {
        if (_uses.Remove(use))
        {
            _owned.Remove(use.Mine);
            use.Retire();
        }
    }

    /// <summary>Lets go what a view owns and its last scan did not find in its page table.</summary>
    public void LetGoUnseen(FileUse use) => use.Mine.KeepOnly(use.Found, _owned);

    /// <summary>A scan saw pages accessed that count as another view's.</summary>
    public void NoteUseOfOthers() => UsesOfOthers++;

    /// <summary>
    /// Those of the 64 pages from <paramref name="first"/> on that count as another view's than <paramref name="use"/>.
    /// </summary>
    public ulong OwnedByOthers(FileUse use, long first) => _owned.Read(first) & ~use.Mine.Read(first);

    /// <summary>
    /// Makes those of the 64 pages from <paramref name="first"/> on that are in <paramref name="own"/> a view's own, and those
    /// in <paramref name="mask"/> only nobody's.
    /// </summary>
    public void Own(FileUse use, long first, ulong own, ulong mask)
    {
        use.Mine.Write(first, own, mask);
        _owned.Write(first, own, mask);
    }

    /// <summary>
    /// Which of the 64 pages from <paramref name="first"/> on the last scans of other views than <paramref name="use"/> saw accessed.
    /// </summary>
    public ulong SeenByOthers(FileUse use, long first)
    {
        ulong more = 0;
        for (int i = 1; i < _counts.Count; i++)
        {
            more |= _counts[i].Read(first);
        }

        ulong odd = _counts.Count > 0 ? _counts[0].Read(first) : 0;
        ulong onlyOne = odd & ~more;
        return (odd | more) & ~(onlyOne & use.Seen.Read(first));
    }

    /// <summary>Which of the 64 pages from <paramref name="first"/> on the last scan of any view saw accessed.</summary>
    public ulong SeenByAny(long first)
    {
        ulong seen = 0;
        foreach (SparseBits plane in _counts)
        {
            seen |= plane.Read(first);
        }

        return seen;
    }

    /// <summary>True when the last scan of any view saw one of these pages accessed.</summary>
    public bool AnySeenOf(SparseBits pages)
    {
        foreach (SparseBits plane in _counts)
        {
            if (plane.Overlaps(pages))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Counts again what one view sees: no longer what it saw before, but what it sees now.</summary>
    public void Recount(SparseBits before, SparseBits now)
    {
        foreach (long block in before.Blocks)
        {
            RecountBlock(block, before, now);
        }

        foreach (long block in now.Blocks)
        {
            if (!before.HasBlock(block))
            {
                RecountBlock(block, before, now);
            }
        }
    }

    /// <summary>Forgets what views saw that were not scanned for long.</summary>
    public void RetireStale()
    {
        long now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_retiredAt, now) < s_retireEvery)
        {
            return;
        }

        _retiredAt = now;
        foreach (FileUse use in _uses)
        {
            if (!use.IsRetired && Stopwatch.GetElapsedTime(use.SeenAt, now) >= s_staleAfter)
            {
                use.Retire();
            }
        }
    }

    private void RecountBlock(long block, SparseBits before, SparseBits now)
    {
        for (long word = block * SparseBits.BlockWords; word < (block + 1) * SparseBits.BlockWords; word++)
        {
            ulong was = before.Word(word);
            ulong isNow = now.Word(word);
            Add(word * 64, isNow & ~was);
            Subtract(word * 64, was & ~isNow);
        }
    }

    private void Add(long first, ulong carry)
    {
        for (int i = 0; carry != 0; i++)
        {
            if (i == _counts.Count)
            {
                _counts.Add(new SparseBits());
            }

            ulong plane = _counts[i].Read(first);
            _counts[i].Write(first, plane ^ carry, carry);
            carry &= plane;
        }
    }

    private void Subtract(long first, ulong borrow)
    {
        for (int i = 0; borrow != 0; i++)
        {
            ulong plane = _counts[i].Read(first);
            _counts[i].Write(first, plane ^ borrow, borrow);
            borrow &= ~plane;
        }
    }
}
