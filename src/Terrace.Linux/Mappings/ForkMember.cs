using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// One process of a family. Pages that are those of a more senior process, by frames as they are now, count as that one's; what juniors
/// see accessed of its own is added to what it sees itself.
/// </summary>
/// <param name="family">Its family.</param>
/// <param name="rank">Its rank there.</param>
/// <param name="parent">The number of its parent.</param>
/// <param name="frames">Where its pages are.</param>
/// <param name="ranges">Which of them are managed.</param>
internal sealed class ForkMember(ForkFamily family, ForkRank rank, int parent, IFrameLookup frames, IManagedRanges ranges)
    : IComparable<ForkMember>
{
    private readonly List<ForkView> _views = [];
    private SharedFile? _used;
    private long _usesSeen;

    public ForkFamily Family { get; } = family;

    public ForkRank Rank { get; } = rank;

    /// <summary>The number of its parent.</summary>
    public int Parent { get; } = parent;

    /// <summary>Where its pages are.</summary>
    public IFrameLookup Frames { get; } = frames;

    /// <summary>Which of them are managed.</summary>
    public IManagedRanges Ranges { get; } = ranges;

    /// <summary>True when juniors have accessed its pages since its last scan.</summary>
    public bool IsUsedByOthers => _used is { } used && used.UsesOfOthers != _usesSeen;

    /// <summary>Memory that is kept about what it has in common with others, bytes.</summary>
    public long Bytes => (_used?.Bytes ?? 0) + _views.Sum(view => view.Bytes);

    /// <inheritdoc/>
    public int CompareTo(ForkMember? other) => other is null ? 1 : Rank.CompareTo(other.Rank);

    /// <summary>Begins a scan; false when it has nothing in common with anybody.</summary>
    public bool TryBeginScan()
    {
        if (Family.Count > 1)
        {
            FindSeniors();
        }

        foreach (ForkView view in _views)
        {
            view.BeginScan();
        }

        _usesSeen = _used?.UsesOfOthers ?? 0;
        _used?.RetireStale();
        return _views.Count > 0 || _used is not null;
    }

    /// <summary>Ends a scan that saw all.</summary>
    public void EndScan()
    {
        foreach (ForkView view in _views)
        {
            view.EndScan();
        }
    }

    /// <summary>A junior begins to see pages of this process.</summary>
    public FileUse Join() => (_used ??= new SharedFile(default)).Join();

    /// <summary>Forgets all that it has in common with others.</summary>
    public void Forget()
    {
        foreach (ForkView view in _views)
        {
            view.Close();
        }

        _views.Clear();
        _used = null;
        _usesSeen = 0;
    }

    /// <summary>
    /// Takes what a scan saw of a chunk: leaves in <paramref name="facts"/> what counts as this process's, as accessed as all who have
    /// the page make it.
    /// </summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="covered">Its pages that are private.</param>
    /// <param name="facts">What was seen.</param>
    public void Take(ulong chunk, in BitPlane covered, ref ChunkFacts facts)
    {
        BitPlane asked = default;
        BitPlane same = default;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            asked.AsWords()[word] = covered[word] & facts.Present[word];
        }

        foreach (ForkView view in _views)
        {
            view.Compare(chunk, in asked, in facts, ref same);
        }

        // A huge page is one process's as a whole.
        bool isTheirs = facts.IsHuge && same.AsWords().ContainsAnyExcept(0UL);
        Span<ulong> accessed = facts.Accessed.AsWords();
        for (int word = 0; word < BitPlane.Words; word++)
        {
            facts.Present.AsWords()[word] &= isTheirs ? 0 : ~same[word];
            ulong seen = _used?.SeenByAny(((long)chunk * Chunk.Pages) + (word << 6)) ?? 0;
            accessed[word] |= seen & covered[word] & facts.Present[word];
        }

        if (facts.IsHuge && _used is not null && accessed.ContainsAnyExcept(0UL))
        {
            // Juniors may have it in base pages, some of which they accessed.
            accessed.Fill(ulong.MaxValue);
        }
    }

    private void FindSeniors()
    {
        (ForkMember? eldest, ForkMember? next) = Family.SeniorsOf(this);
        for (int i = _views.Count - 1; i >= 0; i--)
        {
            if (_views[i].Senior != eldest && _views[i].Senior != next)
            {
                _views[i].Close();
                _views.RemoveAt(i);
            }
        }

        Add(eldest);
        Add(next);
    }

    private void Add(ForkMember? senior)
    {
        if (senior is not null && !_views.Exists(view => view.Senior == senior))
        {
            _views.Add(new ForkView(this, senior));
        }
    }
}
