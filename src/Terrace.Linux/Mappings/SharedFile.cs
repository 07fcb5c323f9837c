using System.Diagnostics;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Whose each page of a shared file is: the first managed process in whose page table it was seen, until it is there no more or
/// the process leaves. By number in the
/// file, not by frame, so that moving a page does not change whose it is.
/// </summary>
internal sealed class SharedFile(FileIdentity identity)
{
    /// <summary>
    /// What a process saw longer ago than this says nothing of now: it is paused, or stopped. Longer than the longest rest
    /// between rounds.
    /// </summary>
    private static readonly TimeSpan _staleAfter = TimeSpan.FromMinutes(2);

    private readonly List<FileUse> _uses = [];
    private readonly SparseBits _owned = new();

    public FileIdentity Identity { get; } = identity;

    /// <summary>True when no process uses it any more.</summary>
    public bool IsUnused => _uses.Count == 0;

    /// <summary>Begins the use by one more process.</summary>
    public FileUse Join()
    {
        FileUse use = new(this);
        _uses.Add(use);
        return use;
    }

    /// <summary>Ends a use: its pages are the next one's that sees them.</summary>
    public void Leave(FileUse use)
    {
        if (_uses.Remove(use))
        {
            _owned.Remove(use.Mine);
        }
    }

    /// <summary>Lets go what a process owns and its last scan did not find in its page table.</summary>
    public void LetGoUnseen(FileUse use) => use.Mine.KeepOnly(use.Found, _owned);

    /// <summary>
    /// Those of the 64 pages from <paramref name="first"/> on that count as another process's than <paramref name="use"/>'s.
    /// </summary>
    public ulong OwnedByOthers(FileUse use, long first) => _owned.Read(first) & ~use.Mine.Read(first);

    /// <summary>
    /// Makes those of the 64 pages from <paramref name="first"/> on that are in <paramref name="own"/> a process's own, and those
    /// in <paramref name="mask"/> only nobody's.
    /// </summary>
    public void Own(FileUse use, long first, ulong own, ulong mask)
    {
        use.Mine.Write(first, own, mask);
        _owned.Write(first, own, mask);
    }

    /// <summary>
    /// Which of the 64 pages from <paramref name="first"/> on the last scans of other processes than <paramref name="use"/>'s saw
    /// accessed.
    /// </summary>
    public ulong SeenByOthers(FileUse use, long first)
    {
        if (_uses.Count == 1)
        {
            return 0;
        }

        ulong seen = 0;
        foreach (FileUse other in _uses)
        {
            seen |= other != use && Stopwatch.GetElapsedTime(other.SeenAt) < _staleAfter ? other.Seen.Read(first) : 0;
        }

        return seen;
    }
}
