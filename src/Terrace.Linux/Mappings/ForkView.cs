using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>What a process has in common with one more senior process of its family.</summary>
internal sealed class ForkView(ForkMember member, ForkMember senior)
{
    /// <summary>
    /// After this many scans all is compared again: pages that were swapped out while they were in common come back as one, and those that
    /// KSM merges become one.
    /// </summary>
    private const int ScansUntilAgain = 64;

    // Chunks in which no page is the same one. None becomes so: only another fork would do that.
    private readonly HashSet<ulong> _apart = [];
    private FileUse? _use;
    private int _scans;

    public ForkMember Senior { get; } = senior;

    /// <summary>Memory that it holds apart from what the senior counts, bytes.</summary>
    public long Bytes => _apart.Count * 32L;

    /// <summary>Begins a scan.</summary>
    public void BeginScan()
    {
        _use?.BeginScan();
        if (++_scans % ScansUntilAgain == 0)
        {
            _apart.Clear();
        }
    }

    /// <summary>Ends a scan that saw all.</summary>
    public void EndScan() => _use?.EndScan();

    /// <summary>Ends the view.</summary>
    public void Close()
    {
        _use?.File.Leave(_use);
        _use = null;
    }

    /// <summary>
    /// Adds to <paramref name="same"/> those pages of a chunk that are the senior's, and lets it know which of them were accessed.
    /// </summary>
    public void Compare(ulong chunk, in BitPlane asked, in ChunkFacts facts, ref BitPlane same)
    {
        if (_apart.Contains(chunk))
        {
            return;
        }

        BitPlane managed = Senior.Ranges.CoverageOf(chunk << Chunk.Shift);
        BitPlane open = default;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            open.AsWords()[word] = asked[word] & ~same[word] & managed[word];
        }

        FrameComparison comparison = member.Family.Comparison;
        if (!open.AsWords().ContainsAnyExcept(0UL) || !comparison.TryRead(chunk, member.Frames, Senior.Frames))
        {
            return;
        }

        ulong any = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong found = comparison.SameIn(word, open[word]);
            same.AsWords()[word] |= found;
            any |= found;
            if ((found & facts.Accessed[word]) is not 0 and var accessed)
            {
                _use ??= Senior.Join();
                _use.NoteAccessed(((long)chunk * Chunk.Pages) + (word << 6), accessed);
            }
        }

        if (any == 0)
        {
            _apart.Add(chunk);
        }
    }
}
