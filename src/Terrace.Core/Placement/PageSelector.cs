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
    /// <summary>Base pages only.</summary>
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
    /// last one may exceed the cut; <see cref="NoHugePages"/>, and none is taken.</param>
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

            Exclude(heat.ImmovableOf(entry.Chunk), entry.IsHuge, beyond, at);
            Take(heat, entry, record, beyond, ref beyondLeft, leastForHuge, isPromotion, routes, plan);
            Take(heat, entry, record, at, ref atLeft, leastForHuge, isPromotion, routes, plan);
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

    private static void Take(
        HeatMap heat,
        ChunkEntry entry,
        ulong* record,
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

        HeatChunk chunk = new(entry, record, heat.PlaceBits);
        if (entry.IsHuge)
        {
            if (pages[0] != 0 && left >= leastForHuge)
            {
                left -= Add(chunk, 0, isHuge: true, isPromotion, routes, plan);
            }

            return;
        }

        for (int word = 0; word < BitPlane.Words; word++)
        {
            for (ulong bits = pages[word]; bits != 0 && left > 0; bits &= bits - 1)
            {
                left -= Add(chunk, (word << 6) + BitOperations.TrailingZeroCount(bits), isHuge: false, isPromotion, routes, plan);
            }
        }
    }

    private static int Add(HeatChunk chunk, int page, bool isHuge, bool isPromotion, ReadOnlySpan<MoveRoute> routes, MovePlan plan)
    {
        MoveRoute route = routes[chunk.PlaceOf(page)];
        if (route.Nodes.IsEmpty)
        {
            return 0;
        }

        plan.ListFor(route, isPromotion).Add(Chunk.AddressOf(chunk.Number, page), isHuge);
        return isHuge ? Chunk.Pages : 1;
    }
}
