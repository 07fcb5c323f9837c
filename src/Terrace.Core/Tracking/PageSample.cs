using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>
/// Some hundred pages, spread over an address space, that a look between rounds watches instead of all: their accessed bits can
/// be cleared without the process
/// paying for all its others. They are taken in short runs of neighbours, because clearing costs a call to each CPU of the
/// process for a run, not for a page.
/// </summary>
internal sealed class PageSample
{
    /// <summary>
    /// Up to this many neighbours one call makes the CPU forget one by one; for more it forgets all it knows
    /// (tlb_single_page_flush_ceiling, arch/x86/mm/tlb.c).
    /// </summary>
    private const int RunPages = 32;

    private const int RunsInChunk = Chunk.Pages / RunPages;

    /// <summary>Runs that a sample is to have: enough that a tenth more of memory in use is no chance.</summary>
    private const int WantedRuns = 48;

    private readonly ulong[] _pages = new ulong[2 * WantedRuns * RunPages];
    private readonly PageSight[] _sights = new PageSight[2 * WantedRuns * RunPages];
    private int _count;
    private ulong _turn;

    /// <summary>Pages of the wanted places that were there at the last look.</summary>
    public int Seen { get; private set; }

    /// <summary>Those of them that were accessed.</summary>
    public int Touched { get; private set; }

    /// <summary>
    /// Chooses runs with base pages in the places of a bit mask, other ones each time, and clears them; false when there are too
    /// few or the clearer cannot.
    /// </summary>
    public bool Clear(IAccessClearer clearer, HeatMap heat, int places)
    {
        Choose(heat, places);
        _count = clearer.ClearSome(_pages.AsSpan(0, _count));
        return _count >= WantedRuns;
    }

    /// <summary>Looks at the pages that were cleared, and counts those in the places; false when nothing could be seen.</summary>
    public bool Look(IAccessTracker tracker, HeatMap heat, int places)
    {
        Seen = Touched = 0;
        if (!tracker.ReadSome(_pages.AsSpan(0, _count), _sights))
        {
            return false;
        }

        for (int i = 0; i < _count; i++)
        {
            if (_sights[i] != PageSight.Absent && heat.TryFind(_pages[i], out HeatChunk chunk) && IsIn(chunk, PageOf(_pages[i]), places))
            {
                Seen++;
                Touched += _sights[i] == PageSight.Accessed ? 1 : 0;
            }
        }

        return Seen > 0;
    }

    /// <summary>The pages of the sample, for tests.</summary>
    internal ReadOnlySpan<ulong> Choose(HeatMap heat, int places)
    {
        _count = 0;
        long candidates = 0;
        for (int i = 0; i < heat.Chunks; i++)
        {
            candidates += BitOperations.PopCount(RunsIn(heat, i, places));
        }

        // One candidate in N, starting elsewhere each time.
        ulong stride = (ulong)Math.Max(1, candidates / WantedRuns);
        ulong skip = _turn++ * 7 % stride;
        for (int i = 0; i < heat.Chunks; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            for (uint runs = RunsIn(heat, i, places); runs != 0; runs &= runs - 1)
            {
                if (skip-- == 0)
                {
                    skip = stride - 1;
                    if (!TryTake(chunk, BitOperations.TrailingZeroCount(runs)))
                    {
                        return _pages.AsSpan(0, _count);
                    }
                }
            }
        }

        return _pages.AsSpan(0, _count);
    }

    /// <summary>
    /// Takes all pages of a run that are there, of whatever place: what is cleared in one piece costs one call. False when the
    /// sample is full.
    /// </summary>
    private bool TryTake(HeatChunk chunk, int run)
    {
        if (_count > _pages.Length - RunPages)
        {
            return false;
        }

        int first = run * RunPages;
        if (chunk.HasFolios)
        {
            return TryTakeFolios(chunk, first);
        }

        for (ulong mask = RunMask(chunk, run, (1 << PlaceMap.MaxPlaces) - 1); mask != 0; mask &= mask - 1)
        {
            _pages[_count++] = Chunk.AddressOf(chunk.Number, first + BitOperations.TrailingZeroCount(mask));
        }

        return true;
    }

    /// <summary>The same with all pages of the folios that the run has pages of: one that is cleared in part is split.</summary>
    private bool TryTakeFolios(HeatChunk chunk, int first)
    {
        (int last, int pages) = chunk.UnitOf(first + RunPages - 1);
        first = chunk.UnitOf(first).First;
        if (_count > _pages.Length - (last + pages - first))
        {
            return false;
        }

        // The run before may have had pages of the same folio.
        for (int page = first; page < last + pages; page++)
        {
            ulong address = Chunk.AddressOf(chunk.Number, page);
            if (chunk.IsPresent(page) && (_count == 0 || address > _pages[_count - 1]))
            {
                _pages[_count++] = address;
            }
        }

        return true;
    }

    /// <summary>A bit for each run of a chunk that has a base page in the places; none while it rests.</summary>
    private static uint RunsIn(HeatMap heat, int index, int places)
    {
        if (heat.Entries[index].Rests)
        {
            return 0;
        }

        HeatChunk chunk = heat.ChunkAt(index);
        uint runs = 0;
        for (int run = 0; !chunk.IsHuge && run < RunsInChunk; run++)
        {
            runs |= RunMask(chunk, run, places) != 0 ? 1U << run : 0;
        }

        return runs;
    }

    private static ulong RunMask(HeatChunk chunk, int run, int places) =>
        chunk.Mask(run * RunPages / 64, places) >> (run * RunPages % 64) & ((1UL << RunPages) - 1);

    private static int PageOf(ulong address) => (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);

    private static bool IsIn(HeatChunk chunk, int page, int places) => chunk.IsPresent(page) && (places & (1 << chunk.PlaceOf(page))) != 0;
}
