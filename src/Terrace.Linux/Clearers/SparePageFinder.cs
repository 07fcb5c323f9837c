using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Finds, in what a scan reports, a base page that can be spared for a moment: of the chunk with most pages that were not
/// accessed, in the fastest place if there are any, else any base page; one of a folio, which moves whole, only where there is no other.
/// </summary>
internal sealed class SparePageFinder(ClearHints hints) : IScanSink
{
    private IScanSink _inner = DiscardingSink.Instance;
    private int _bestScore;
    private BitPlane _single;

    /// <summary>Begins a scan whose chunks are passed on to <paramref name="inner"/> unchanged.</summary>
    public IScanSink Before(IScanSink inner)
    {
        _inner = inner;
        _bestScore = -1;
        hints.SparePage = 0;
        hints.Sample.Begin();
        return this;
    }

    /// <inheritdoc/>
    public bool Wants(ulong chunk) => _inner.Wants(chunk);

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        hints.Sample.Consider(chunk, in facts);
        if (facts.HasFolios && !facts.IsHuge)
        {
            if (HasSinglePages(chunk, in facts))
            {
                Consider(chunk, in facts, _single);
            }
        }
        else if (!facts.IsHuge)
        {
            Consider(chunk, in facts, facts.Present);
        }

        _inner.Record(chunk, in facts);
    }

    private void Consider(ulong chunk, in ChunkFacts facts, ReadOnlySpan<ulong> present)
    {
        ReadOnlySpan<ulong> accessed = facts.Accessed;
        ReadOnlySpan<ulong> low = facts.PlaceLow;
        ReadOnlySpan<ulong> high = facts.PlaceHigh;
        int score = 0;
        int last = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            // Pages of the fastest place count most: below it there is nearly always room to move one to.
            ulong cold = present[word] & ~accessed[word];
            ulong fast = cold & ~(low[word] | high[word] | facts.PlaceThird[word] | facts.PlaceFourth[word]);
            ulong spare = fast != 0 ? fast : score >= Chunk.Pages ? 0 : cold != 0 ? cold : score == 0 ? present[word] : 0;
            score += BitOperations.PopCount(cold) + (Chunk.Pages * BitOperations.PopCount(fast));
            last = spare != 0 ? (word << 6) + BitOperations.Log2(spare) : last;
        }

        if (score > _bestScore)
        {
            _bestScore = score;
            hints.SparePage = Chunk.AddressOf(chunk, last);
        }
    }

    /// <summary>Pages that are of no folio; false when there are none, so that one of a folio has to do if no other is found.</summary>
    private bool HasSinglePages(ulong chunk, in ChunkFacts facts)
    {
        Span<ulong> single = _single.AsWords();
        bool any = false;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong next = word + 1 < BitPlane.Words ? facts.Joined[word + 1] << 63 : 0;
            single[word] = facts.Present[word] & ~(facts.Joined[word] | (facts.Joined[word] >> 1) | next);
            any |= single[word] != 0;
        }

        if (!any && hints.SparePage == 0)
        {
            hints.SparePage = Chunk.AddressOf(chunk, FolioRuns.Next(facts.Present, 0));
        }

        return any;
    }
}
