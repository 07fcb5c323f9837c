using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Placement;

/// <summary>
/// Finds the pages of a heat map that an exchange plan takes, in one pass. It continues where it last stopped, like the hand of a
/// clock: if it started at the lowest address each time, the same pages would be chosen there again and again while colder ones
/// above wait. One selector for each direction, address space and area of it.
/// </summary>
public sealed unsafe class PageSelector
{
    /// <summary>Base pages, and folios that fit.</summary>
    public const long NoHugePages = long.MaxValue;

    private ulong _hand;

    /// <summary>
    /// Adds the pages of a cut in some places to a plan; returns how many base pages they are, fewer than the cut's where a huge
    /// page is larger than what is left of it.
    /// </summary>
    /// <param name="heat">The heat map.</param>
    /// <param name="area">Which area's pages; 0 for those of none.</param>
    /// <param name="cut">Which pages by heat.</param>
    /// <param name="places">Bit mask of the places they lie in.</param>
    /// <param name="isPromotion">Hottest first and upwards, or coldest first and downwards.</param>
    /// <param name="routes">Where pages of each place go.</param>
    /// <param name="plan">Takes the moves.</param>
    /// <param name="leastForHuge">A huge page is taken while at least this many base pages of the cut are left: fewer than it has, and the
    /// last one may exceed the cut; <see cref="NoHugePages"/>, and none is taken. A folio that has fewer pages is also taken while there
    /// are as many left as it has.</param>
    public long Select(
        HeatMap heat,
        int area,
        HeatCut cut,
        int places,
        bool isPromotion,
        ReadOnlySpan<MoveRoute> routes,
        MovePlan plan,
        long leastForHuge = Chunk.Pages)
    {
        ArgumentNullException.ThrowIfNull(heat);
        ArgumentNullException.ThrowIfNull(plan);
        if (cut.Pages == 0)
        {
            return 0;
        }

        long beyondLeft = cut.Beyond;
        long atLeft = cut.AtBound;
        ulong* beyond = stackalloc ulong[BitPlane.Words];
        ulong* at = stackalloc ulong[BitPlane.Words];
        ReadOnlySpan<ChunkEntry> entries = heat.Entries;
        int start = heat.IndexAtOrAfter(_hand);
        for (int i = 0; i < entries.Length; i++)
        {
            int index = start + i < entries.Length ? start + i : start + i - entries.Length;
            ChunkEntry entry = entries[index];
            ulong* record = heat.RecordOf(entry);
            if (
                entry.Area != area
                    || (entry.IsHuge && leastForHuge == NoHugePages)
                    || !heat.Kernels.Select(record, places, cut.Bound, isPromotion, beyond, at))
            {
                continue;
            }

            HeatChunk chunk = heat.ChunkOf(entry);
            ReadOnlySpan<ulong> immovable = heat.ImmovableOf(entry.Chunk);
            if (chunk.HasFolios)
            {
                KeepFolios(in chunk, places, immovable, isPromotion, new(beyond, BitPlane.Words), new(at, BitPlane.Words));
            }
            else
            {
                Exclude(immovable, entry.IsHuge, beyond, at);
            }

            Take(chunk, beyond, ref beyondLeft, leastForHuge, isPromotion, routes, plan);
            Take(chunk, at, ref atLeft, leastForHuge, isPromotion, routes, plan);
            if (beyondLeft <= 0 && atLeft <= 0)
            {
                _hand = entry.Chunk;
                break;
            }
        }

        return cut.Pages - beyondLeft - atLeft;
    }

    /// <summary>Leaves out what cannot be moved; a huge page when any of it is named.</summary>
    private static void Exclude(ReadOnlySpan<ulong> immovable, bool isHuge, ulong* beyond, ulong* at)
    {
        for (int word = 0; word < immovable.Length; word++)
        {
            ulong pages = isHuge && immovable[word] != 0 ? ulong.MaxValue : immovable[word];
            beyond[word] &= ~pages;
            at[word] &= ~pages;
        }
    }

    /// <summary>
    /// Makes folios whole or leaves them out: one goes up when any page of it would, and down only when all would. They mostly agree, for
    /// the heat map makes them; not in the rounds after one has appeared. One with a page that cannot be moved stays.
    /// </summary>
    private static void KeepFolios(
        in HeatChunk chunk, int places, ReadOnlySpan<ulong> immovable, bool isPromotion, Span<ulong> beyond, Span<ulong> at)
    {
        ReadOnlySpan<ulong> joined = chunk.Joined;
        Span<ulong> inPlaces = stackalloc ulong[BitPlane.Words];
        Span<ulong> either = stackalloc ulong[BitPlane.Words];
        Span<ulong> held = stackalloc ulong[BitPlane.Words];
        immovable.CopyTo(held);
        FolioRuns.Complete(joined, held);
        for (int word = 0; word < BitPlane.Words; word++)
        {
            inPlaces[word] = chunk.Mask(word, places);
            either[word] = (beyond[word] | at[word]) & ~held[word];
        }

        // Of a folio whose pages differ the hottest one decides.
        Span<ulong> hottest = isPromotion ? beyond : at;
        Span<ulong> others = isPromotion ? at : beyond;
        if (isPromotion)
        {
            FolioRuns.Complete(joined, either);
        }
        else
        {
            FolioRuns.KeepWhole(joined, inPlaces, either);
        }

        FolioRuns.Complete(joined, hottest);
        for (int word = 0; word < BitPlane.Words; word++)
        {
            hottest[word] &= either[word] & inPlaces[word];
            others[word] = either[word] & inPlaces[word] & ~hottest[word];
        }
    }

    private static void Take(
        HeatChunk chunk,
        ulong* pages,
        ref long left,
        long leastForHuge,
        bool isPromotion,
        ReadOnlySpan<MoveRoute> routes,
        MovePlan plan)
    {
        if (left <= 0)
        {
            return;
        }

        if (chunk.IsHuge)
        {
            if (pages[0] != 0 && left >= leastForHuge)
            {
                left -= Add(chunk, 0, Chunk.Pages, isPromotion, routes, plan);
            }

            return;
        }

        if (chunk.HasFolios)
        {
            TakeFolios(chunk, new(pages, BitPlane.Words), ref left, leastForHuge, isPromotion, routes, plan);
            return;
        }

        for (int word = 0; word < BitPlane.Words; word++)
        {
            for (ulong bits = pages[word]; bits != 0 && left > 0; bits &= bits - 1)
            {
                left -= Add(chunk, (word << 6) + BitOperations.TrailingZeroCount(bits), 1, isPromotion, routes, plan);
            }
        }
    }

    private static void TakeFolios(
        HeatChunk chunk,
        ReadOnlySpan<ulong> pages,
        ref long left,
        long leastForHuge,
        bool isPromotion,
        ReadOnlySpan<MoveRoute> routes,
        MovePlan plan)
    {
        for (int page = FolioRuns.Next(pages, 0); page < Chunk.Pages && left > 0;)
        {
            int end = FolioRuns.EndOf(chunk.Joined, page);

            // The rest of it may be of another area.
            int last = end - 1;
            while (!IsIn(pages, last))
            {
                last--;
            }

            int count = last + 1 - page;
            if (left >= Math.Min(count, leastForHuge))
            {
                left -= Add(chunk, page, count, isPromotion, routes, plan);
            }

            page = FolioRuns.Next(pages, end);
        }
    }

    private static bool IsIn(ReadOnlySpan<ulong> pages, int page) => (pages[page >> 6] & (1UL << (page & 63))) != 0;

    private static int Add(HeatChunk chunk, int page, int pages, bool isPromotion, ReadOnlySpan<MoveRoute> routes, MovePlan plan)
    {
        MoveRoute route = routes[chunk.PlaceOf(page)];
        if (route.Nodes.IsEmpty)
        {
            return 0;
        }

        plan.ListFor(route, isPromotion).Add(Chunk.AddressOf(chunk.Number, page), pages);
        return pages;
    }
}
