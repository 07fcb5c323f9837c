using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.HugePages;

/// <summary>
/// Tells huge pages from each other that every scan sees accessed: each is cleared by itself, and looked at very soon after that, a few
/// times. The time in between is chosen such that some are accessed within it and others are not. Looks are made in batches, between
/// which others have their turns.
/// </summary>
internal sealed class HugeRanking
{
    /// <summary>Looks at each page.</summary>
    public const int Looks = 16;

    /// <summary>Two pages differ when that many more looks saw one of them accessed, less what is due to chance.</summary>
    private const double Difference = 5;

    /// <summary>More are not looked at: 128 GiB.</summary>
    private const int MostPages = 65_536;

    private const int MostInBatch = 32;

    /// <summary>When more of the looks than this part saw an access, the next ones come sooner after the clear.</summary>
    private const double Much = 0.4;

    private const double Little = 0.05;

    /// <summary>Part of the time, 1 in N, that rankings may take.</summary>
    private const int PartOfTime = 50;

    private const byte Unknown = byte.MaxValue;

    /// <summary>Added to what is known of a page that has been exchanged since.</summary>
    private const byte Exchanged = 128;

    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(15);

    /// <summary>The same after rankings that were for nothing.</summary>
    private static readonly TimeSpan s_longestAgain = TimeSpan.FromMinutes(2);

    /// <summary>Pages in a batch, and how long it waits before it is looked at: from the shortest time on.</summary>
    private static readonly (int Pages, TimeSpan Wait)[] s_windows =
    [
        (1, TimeSpan.Zero),
        (6, TimeSpan.Zero),
        (MostInBatch, TimeSpan.Zero),
        (MostInBatch, TimeSpan.FromMilliseconds(0.3)),
        (MostInBatch, TimeSpan.FromMilliseconds(1.5)),
        (MostInBatch, TimeSpan.FromMilliseconds(6)),
    ];

    private readonly ulong[] _batch = new ulong[MostInBatch];
    private readonly ulong[] _addresses = new ulong[MostInBatch];
    private readonly PageSight[] _sights = new PageSight[MostInBatch];
    private ulong[] _chunks = [];
    private byte[] _seen = [];
    private int _count;
    private int _next;
    private int _inBatch;
    private int _pass;
    private int _window = 3;
    private long _looked;
    private long _accessed;
    private bool _isLengthened;
    private int _batches;
    private double _windowSeconds;
    private TimeSpan _took;
    private TimeSpan _again = s_again;
    private bool _exchanged;

    // What looks see of a page is partly chance: the mean of all, and the part of its difference from that which is not.
    private double _mean;
    private double _trust;

    /// <summary>A ranking has begun and has not ended.</summary>
    public bool IsGoing { get; private set; }

    /// <summary>From when on, from the start of management, the next may begin.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>What it has found out is of the last ranking, and can be gone by.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>How long the batch waits before it is looked at.</summary>
    public TimeSpan Wait => s_windows[_window].Wait;

    /// <summary>Memory that it holds, bytes.</summary>
    public long Bytes => _chunks.Length * (long)(sizeof(ulong) + sizeof(byte));

    /// <summary>Begins a ranking of the huge pages that all scans of a round saw accessed.</summary>
    public void Begin(HeatMap heat)
    {
        _count = 0;
        for (int i = 0; i < heat.Chunks && _count < MostPages; i++)
        {
            HeatChunk chunk = heat.ChunkAt(i);
            if (IsSaturated(in chunk, heat.Scans))
            {
                if (_count == _chunks.Length)
                {
                    int length = Math.Max(256, _chunks.Length * 2);
                    Array.Resize(ref _chunks, length);
                    Array.Resize(ref _seen, length);
                }

                _chunks[_count++] = chunk.Number;
            }
        }

        (IsGoing, IsKnown, _isLengthened, _took) = (true, false, false, TimeSpan.Zero);
        Restart();
    }

    /// <summary>True when a huge page was accessed in every scan of a round.</summary>
    public static bool IsSaturated(in HeatChunk chunk, int scans) => chunk.IsHuge && chunk.CountOf(0) == scans;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        (IsGoing, IsKnown, _count, Due, _again) = (false, false, 0, TimeSpan.Zero, s_again);
        (_chunks, _seen) = ([], []);
    }

    /// <summary>Clears the next batch; false when none of it could be.</summary>
    public bool ClearBatch(IHugePages pages)
    {
        int count = Math.Min(s_windows[_window].Pages, _count - _next);
        _chunks.AsSpan(_next, count).CopyTo(_batch);
        _inBatch = pages.Clear(_batch.AsSpan(0, count));
        return _inBatch > 0;
    }

    /// <summary>
    /// Looks at the batch; false when the ranking has ended, with or without success. What could not be cleared is left out of it.
    /// </summary>
    /// <param name="tracker">Reads accessed bits.</param>
    /// <param name="covered">Time since they were cleared.</param>
    /// <param name="took">Time that clear and look took.</param>
    /// <param name="now">From the start of management.</param>
    public bool LookAtBatch(IAccessTracker tracker, TimeSpan covered, TimeSpan took, TimeSpan now)
    {
        _took += took;
        for (int i = 0; i < _inBatch; i++)
        {
            _addresses[i] = Chunk.AddressOf(_batch[i], 0);
        }

        if (_inBatch > 0 && !tracker.ReadSomeOfAny(_addresses.AsSpan(0, _inBatch), _sights))
        {
            End(now, isKnown: false);
            return false;
        }

        _windowSeconds += (covered.TotalSeconds - _windowSeconds) / ++_batches;
        int count = Math.Min(s_windows[_window].Pages, _count - _next);
        int at = 0;
        for (int i = _next; i < _next + count; i++)
        {
            bool isThere = at < _inBatch && _batch[at] == _chunks[i] && _sights[at] != PageSight.Absent;
            bool accessed = isThere && _sights[at] == PageSight.Accessed;
            at += at < _inBatch && _batch[at] == _chunks[i] ? 1 : 0;
            _seen[i] = !isThere || _seen[i] == Unknown ? Unknown : (byte)(_seen[i] + (accessed ? 1 : 0));
            _looked += isThere ? 1 : 0;
            _accessed += accessed ? 1 : 0;
        }

        _next += count;
        return _next < _count || EndPass(now);
    }

    /// <summary>
    /// Plans exchanges of huge pages in slow memory for others in fast memory that are accessed clearly less often, where that pays; the
    /// most different ones first. Returns the base pages that move, up and down together.
    /// </summary>
    /// <param name="heat">The pages.</param>
    /// <param name="area">Which area's; 0 for those of none.</param>
    /// <param name="fastPlaces">Bit mask of the places of the top tier.</param>
    /// <param name="volume">Base pages that may move.</param>
    /// <param name="economics">Says what pays.</param>
    /// <param name="up">Where pages of each place below go.</param>
    /// <param name="down">Where pages of each place above go.</param>
    /// <param name="plan">Takes the moves.</param>
    public long Plan(
        HeatMap heat,
        int area,
        int fastPlaces,
        long volume,
        MoveEconomics economics,
        ReadOnlySpan<MoveRoute> up,
        ReadOnlySpan<MoveRoute> down,
        MovePlan plan)
    {
        long moved = 0;
        int above = NextOf(heat, area, fastPlaces, isFast: false, Looks, 0, out int aboveSeen);
        int below = NextOf(heat, area, fastPlaces, isFast: true, 0, 0, out int belowSeen);
        while (above >= 0
            && below >= 0
            && moved + (2 * Chunk.Pages) <= volume
            && Expected(aboveSeen) - Expected(belowSeen) >= Difference
            && economics.PaysFor(PerSecond(aboveSeen) - PerSecond(belowSeen), Chunk.Pages))
        {
            Add(heat, above, isPromotion: true, up, plan);
            Add(heat, below, isPromotion: false, down, plan);
            moved += 2 * Chunk.Pages;

            _seen[above] += Exchanged;
            _seen[below] += Exchanged;
            _exchanged = true;
            above = NextOf(heat, area, fastPlaces, isFast: false, aboveSeen, above + 1, out aboveSeen);
            below = NextOf(heat, area, fastPlaces, isFast: true, belowSeen, below + 1, out belowSeen);
        }

        return moved;
    }

    /// <summary>
    /// Accesses a second to ranked pages in the places of a bit mask, on average, or to all of them; null where nothing is known. Of those
    /// that all looks saw accessed, at least that.
    /// </summary>
    public double? PerSecondIn(HeatMap heat, int places)
    {
        double sum = 0;
        int known = 0;
        for (int i = 0; i < _count && IsKnown; i++)
        {
            if (_seen[i] != Unknown
                && heat.TryFind(Chunk.AddressOf(_chunks[i], 0), out HeatChunk chunk)
                && (places & (1 << chunk.PlaceOf(0))) != 0)
            {
                sum += PerSecond(_seen[i] & (Exchanged - 1));
                known++;
            }
        }

        return known > 0 ? sum / known : null;
    }

    /// <summary>Accesses a second to a page that some of the looks saw accessed.</summary>
    private double PerSecond(int seen) =>
        _windowSeconds > 0 ? -Math.Log(Math.Max(0.25 / Looks, 1 - (Expected(seen) / Looks))) / _windowSeconds : 0;

    /// <summary>How many of as many looks are expected to see a page accessed of which some did.</summary>
    private double Expected(int seen) => _mean + (_trust * (seen - _mean));

    private bool EndPass(TimeSpan now)
    {
        _pass++;
        _next = 0;
        double part = _looked > 0 ? (double)_accessed / _looked : 0;
        int window = part > Much ? _window - 1 : part < Little ? _window + 1 : _window;
        if (_pass == 1 && window >= 0 && window < s_windows.Length && window != _window && !_isLengthened)
        {
            // Not shorter again after that: it was too short.
            _isLengthened = window > _window;
            _window = window;
            Restart();
            return true;
        }

        if (_pass < Looks)
        {
            return true;
        }

        End(now, isKnown: _looked > 0);
        return false;
    }

    private void Restart()
    {
        (_next, _pass, _looked, _accessed, _windowSeconds, _batches) = (0, 0, 0, 0, 0, 0);
        _seen.AsSpan(0, _count).Clear();
    }

    private void End(TimeSpan now, bool isKnown)
    {
        (IsGoing, IsKnown) = (false, isKnown);
        _again = _exchanged ? s_again : _again * 2 < s_longestAgain ? _again * 2 : s_longestAgain;
        _exchanged = false;
        TimeSpan wait = _took * PartOfTime;
        Due = now + (wait > _again ? wait : _again);
        Trust();
    }

    /// <summary>
    /// Works out what is chance: were all pages accessed equally often, the numbers of looks that saw them accessed would differ as those
    /// of coins that are tossed. What they differ more is of the pages.
    /// </summary>
    private void Trust()
    {
        double sum = 0;
        double squares = 0;
        int known = 0;
        for (int i = 0; i < _count; i++)
        {
            int seen = _seen[i] == Unknown ? 0 : _seen[i];
            known += _seen[i] == Unknown ? 0 : 1;
            sum += seen;
            squares += seen * seen;
        }

        _mean = sum / Math.Max(1, known);
        double variance = (squares / Math.Max(1, known)) - (_mean * _mean);
        double ofChance = _mean * (1 - (_mean / Looks));
        _trust = variance > ofChance ? 1 - (ofChance / variance) : 0;
    }

    /// <summary>
    /// The next page, from one on, of those in one tier that are the hottest left in slow memory, or the coldest in fast: those that as
    /// many looks saw accessed first, then those that fewer, or more, did. -1 when there is none.
    /// </summary>
    private int NextOf(HeatMap heat, int area, int fastPlaces, bool isFast, int seen, int from, out int found)
    {
        int step = isFast ? 1 : -1;
        for (found = seen; found is >= 0 and <= Looks; found += step, from = 0)
        {
            for (int i = from; i < _count; i++)
            {
                if (_seen[i] == found
                    && heat.TryFind(Chunk.AddressOf(_chunks[i], 0), out HeatChunk chunk)
                    && IsSaturated(in chunk, heat.Scans)
                    && chunk.Area == area
                    && chunk.RestOf(0) == 0
                    && heat.ImmovableOf(chunk.Number).IsEmpty
                    && (fastPlaces & (1 << chunk.PlaceOf(0))) != 0 == isFast)
                {
                    return i;
                }
            }
        }

        return -1;
    }

    private void Add(HeatMap heat, int index, bool isPromotion, ReadOnlySpan<MoveRoute> routes, MovePlan plan)
    {
        ulong address = Chunk.AddressOf(_chunks[index], 0);
        if (heat.TryFind(address, out HeatChunk chunk) && routes[chunk.PlaceOf(0)] is { Nodes.IsEmpty: false } route)
        {
            plan.ListFor(route, isPromotion).Add(address, Chunk.Pages);
        }
    }
}
