using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>
/// Some hundred pages of those that every scan sees accessed, cleared and then looked at a few times within one interval: after 2 ms, and
/// each time after four times as long. How many have been accessed by then tells how often they are.
/// </summary>
internal sealed class HotSample
{
    /// <summary>Looks at a sample, at most.</summary>
    public const int MostLooks = 4;

    /// <summary>How many times later than the one before each look comes.</summary>
    public const int Spacing = 4;

    /// <summary>Clearing costs a call to each CPU of the process for a page.</summary>
    private const int WantedPages = 512;

    /// <summary>Fewer pages are no sample.</summary>
    private const int FewestPages = LooksInTier.FewestPages;

    private const int AllPlaces = (1 << PlaceMap.MaxPlaces) - 1;

    private readonly ulong[] _pages = new ulong[WantedPages];
    private readonly bool[] _isFast = new bool[WantedPages];
    private readonly PageSight[] _sights = new PageSight[WantedPages];
    private readonly Look[] _looks = new Look[MostLooks];
    private int _count;
    private int _made;
    private double _ofPages;
    private ulong _turn;

    /// <summary>True when there are no more looks to be made.</summary>
    public bool IsComplete => _made == MostLooks;

    /// <summary>
    /// Chooses pages of a heat or more, other ones each time, and clears them; false when there are too few. What is accessed at once has
    /// not been cleared, as pages that several processes map are not, and is left out.
    /// </summary>
    /// <param name="clearer">Clears them.</param>
    /// <param name="tracker">Tells whether they are clear.</param>
    /// <param name="heat">Says which are hot.</param>
    /// <param name="fromHeat">The least heat.</param>
    /// <param name="fastPlaces">Bit mask of the places of the top tier.</param>
    public bool Clear(IAccessClearer clearer, IAccessTracker tracker, HeatMap heat, int fromHeat, int fastPlaces)
    {
        long candidates = Choose(heat, fromHeat);
        (_made, _ofPages) = (0, Math.Max(1, candidates / (double)Math.Max(1, _count)));
        _count = _count >= FewestPages ? clearer.ClearSome(_pages.AsSpan(0, _count)) : 0;
        _count = _count >= FewestPages && tracker.ReadSome(_pages.AsSpan(0, _count), _sights) ? KeepClear() : 0;
        for (int i = 0; i < _count; i++)
        {
            _isFast[i] = heat.TryFind(_pages[i], out HeatChunk chunk) && (fastPlaces & (1 << chunk.PlaceOf(PageOf(_pages[i])))) != 0;
        }

        return _count >= FewestPages;
    }

    /// <summary>Looks which have been accessed within a time since they were cleared; false when nothing could be seen.</summary>
    public bool TryLook(IAccessTracker tracker, TimeSpan covered)
    {
        if (covered <= TimeSpan.Zero || !tracker.ReadSome(_pages.AsSpan(0, _count), _sights))
        {
            return false;
        }

        Look look = new() { Seconds = covered.TotalSeconds };
        for (int i = 0; i < _count; i++)
        {
            int there = _sights[i] == PageSight.Absent ? 0 : 1;
            int touched = _sights[i] == PageSight.Accessed ? 1 : 0;
            look.Fast += _isFast[i] ? there : 0;
            look.Slow += _isFast[i] ? 0 : there;
            look.FastTouched += _isFast[i] ? touched : 0;
            look.SlowTouched += _isFast[i] ? 0 : touched;
        }

        _looks[_made++] = look;
        return true;
    }

    /// <summary>Adds what the looks saw to what is known.</summary>
    public void AddTo(HotRates rates)
    {
        for (int i = 0; i < _made; i++)
        {
            Look look = _looks[i];
            rates.Fast.Add(i, look.Seconds, look.Fast, look.FastTouched);
            rates.Slow.Add(i, look.Seconds, look.Slow, look.SlowTouched);
        }

        rates.Resolve(_ofPages);
    }

    // Returns how many there are to choose from.
    private long Choose(HeatMap heat, int fromHeat)
    {
        _count = 0;
        long candidates = Count(heat, fromHeat);
        ulong stride = (ulong)Math.Max(1, candidates / WantedPages);
        ulong skip = _turn++ * 7 % stride;
        for (int i = 0; i < heat.Chunks && _count < WantedPages; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            for (int word = 0; word < BitPlane.Words && IsOfBasePages(chunk); word++)
            {
                for (ulong pages = chunk.HeatFrom(word, AllPlaces, fromHeat); pages != 0; pages &= pages - 1)
                {
                    if (skip-- == 0 && _count < WantedPages)
                    {
                        skip = stride - 1;
                        _pages[_count++] = Chunk.AddressOf(chunk.Number, (word * 64) + BitOperations.TrailingZeroCount(pages));
                    }
                }
            }
        }

        return candidates;
    }

    private static long Count(HeatMap heat, int fromHeat)
    {
        long pages = 0;
        for (int i = 0; i < heat.Chunks; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            for (int word = 0; word < BitPlane.Words && IsOfBasePages(chunk); word++)
            {
                pages += BitOperations.PopCount(chunk.HeatFrom(word, AllPlaces, fromHeat));
            }
        }

        return pages;
    }

    private static bool IsOfBasePages(HeatChunk chunk) => !chunk.IsHuge && !chunk.HasFolios && !chunk.Rests;

    private int KeepClear()
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_sights[i] == PageSight.Idle)
            {
                _pages[kept++] = _pages[i];
            }
        }

        return kept;
    }

    private static int PageOf(ulong address) => (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);

    private struct Look
    {
        public double Seconds;
        public int Fast;
        public int Slow;
        public int FastTouched;
        public int SlowTouched;
    }
}
