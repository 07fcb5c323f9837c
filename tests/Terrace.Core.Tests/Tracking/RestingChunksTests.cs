using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

/// <summary>Cold chunks of a large address space, which are neither cleared nor looked at in every scan.</summary>
public sealed class RestingChunksTests : IDisposable
{
    private const int Chunks = 2048;
    private const ulong First = 0x3F80_0000;
    private const int Slow = 1;
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(16);

    private readonly HeatMap _map = new() { Looks = new ColdLooks(s_every), ClearedAwakeOnly = true };
    private readonly HeatHistogram _histogram = new();
    private readonly HashSet<ulong> _accessed = [];
    private readonly HashSet<ulong> _absent = [];
    private readonly HashSet<ulong> _read = [];
    private TimeSpan _now;
    private int _folioPages = 1;

    public void Dispose() => _map.Dispose();

    [Fact]
    public void What_has_no_heat_and_no_accessed_bit_rests()
    {
        Settle(hot: First + 7);
        Assert.Equal(Chunks - 1, _map.RestingChunks);
        Scan(TimeSpan.Zero);
        Assert.Equal([First + 7], _read);
        Assert.Equal([(0UL, First), (First + 7, First + 8), (First + Chunks, ulong.MaxValue)], Runs(_map.Awake!));
    }

    [Fact]
    public void A_small_process_is_looked_at_as_a_whole()
    {
        for (ulong i = 512; i < Chunks; i++)
        {
            _absent.Add(First + i);
        }

        Settle(hot: First);
        Assert.Equal((0, 512), (_map.RestingChunks, _read.Count));
        Assert.Null(_map.Awake);
    }

    [Fact]
    public void Each_resting_chunk_is_looked_at_once_in_the_time_whether_scans_look_or_looks_between_rounds()
    {
        Settle(hot: First);
        Dictionary<ulong, TimeSpan> lastRead = [];
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < 200; i++)
        {
            if (i % 3 == 0)
            {
                Scan(TimeSpan.FromSeconds(0.5));
            }
            else
            {
                LookAtDue(TimeSpan.FromSeconds(0.5));
            }

            foreach (ulong chunk in _read)
            {
                longest = lastRead.TryGetValue(chunk, out TimeSpan at) && _now - at > longest ? _now - at : longest;
                lastRead[chunk] = _now;
            }
        }

        Assert.Equal(Chunks, lastRead.Count);
        Assert.All(lastRead.Values, at => Assert.InRange((_now - at).TotalSeconds, 0, 17));
        Assert.InRange(longest.TotalSeconds, 15, 17);
    }

    [Fact]
    public void An_awakened_chunk_does_not_count_as_hot_for_bits_that_are_older_than_the_interval()
    {
        Settle(hot: First);
        ulong woken = First + 700;
        _accessed.Add(woken);
        _map.BeginRound();
        _map.ClearedAwakeOnly = true;
        Scan(s_every);
        Assert.Contains(woken, _read);
        Assert.Equal(0, CountOf(woken));
        Assert.Equal(1, CountOf(First));
        Assert.Contains(Runs(_map.Awake!), run => run.First <= woken && woken < run.End);

        // From now on it is cleared, and its bits are of the interval.
        Scan(TimeSpan.Zero);
        Assert.Equal(1, CountOf(woken));
    }

    [Fact]
    public void Where_all_was_cleared_an_awakened_chunk_counts_at_once()
    {
        Settle(hot: First);
        _accessed.Add(First + 700);
        _map.BeginRound();
        _map.ClearedAwakeOnly = false;
        Scan(s_every);
        Assert.Equal(1, CountOf(First + 700));
    }

    [Fact]
    public void A_look_between_rounds_wakes_what_was_accessed_and_what_is_gone_and_leaves_counts_alone()
    {
        Settle(hot: First);
        _accessed.Add(First + 700);
        _absent.Add(First + 900);
        Assert.Equal(1, LookAtDue(s_every));
        Assert.Equal(Chunks - 3, _map.RestingChunks);
        Assert.Equal((0, 5), (CountOf(First + 700), CountOf(First)));
        Scan(TimeSpan.Zero);
        Assert.Equal((true, false), (Knows(First + 700), Knows(First + 900)));
    }

    [Fact]
    public void What_moves_where_it_rests_is_known_from_the_next_look_on()
    {
        Settle(hot: First);
        _map.NoteMoved(Chunk.AddressOf(First + 5, 3), pages: 1, place: 0);
        Assert.Equal(0, _map.PlaceOf(Chunk.AddressOf(First + 5, 3)));
        Assert.Equal(Slow, _map.PlaceOf(Chunk.AddressOf(First + 5, 4)));

        // The kernel has brought it back.
        LookAtDue(s_every);
        Assert.Equal(Slow, _map.PlaceOf(Chunk.AddressOf(First + 5, 3)));
    }

    [Fact]
    public void Folios_rest_and_what_is_seen_of_them_between_rounds_is_known()
    {
        _folioPages = 16;
        Settle(hot: First);
        Assert.Equal(Chunks - 1, _map.RestingChunks);
        _accessed.Add(First + 700);
        _folioPages = 64;
        Assert.Equal(1, LookAtDue(s_every));
        Assert.Equal(Chunks - 2, _map.RestingChunks);
        Assert.True(_map.TryFind((First + 5) << Chunk.Shift, out HeatChunk chunk));
        Assert.Equal((64, 64), chunk.UnitOf(100));
        _folioPages = 1;
        LookAtDue(s_every);
        Assert.True(_map.TryFind((First + 5) << Chunk.Shift, out chunk));
        Assert.Equal((100, 1), chunk.UnitOf(100));
    }

    [Fact]
    public void Chunks_that_are_alike_take_no_more_than_their_entry()
    {
        Settle(hot: First);
        Assert.InRange(_map.TrackingBytes, Chunks * 16, (Chunks * 24) + 4096);

        // What differs has a record, and what no longer does has none.
        for (ulong chunk = First; chunk < First + Chunks; chunk++)
        {
            _map.NoteMoved(Chunk.AddressOf(chunk, 3), pages: 1, place: 0);
        }

        Assert.InRange(_map.TrackingBytes, Chunks * 896L, Chunks * 1000L);
        Round();
        Assert.InRange(_map.TrackingBytes, Chunks * 896L, Chunks * 1000L);
        Round();
        LookAtDue(s_every);
        Round();
        Assert.InRange(_map.TrackingBytes, Chunks * 16, Chunks * 200L);
    }

    [Fact]
    public void Rounds_and_looks_between_them_allocate_nothing()
    {
        Settle(hot: First);
        Steady tracker = new();
        ChunkFacts facts = FactsOf(First);
        facts.Accessed.AsWords()[3] = 5;
        void RoundAndLooks()
        {
            _map.BeginRound();
            for (int scan = 0; scan < 5; scan++)
            {
                _map.Looks!.MoveTo(_now += TimeSpan.FromSeconds(1));
                _map.BeginScan();
                for (ulong chunk = First; chunk < First + Chunks; chunk++)
                {
                    facts.Accessed.AsWords()[0] = chunk % 64 == 0 ? ulong.MaxValue : 0;
                    facts.Accessed.AsWords()[3] = chunk % 64 == 0 ? 5UL : 0;
                    if (_map.Wants(chunk))
                    {
                        _map.Record(chunk, facts);
                    }
                }

                _map.EndScan();
            }

            _map.EndRound(_histogram);
            _map.Looks!.MoveTo(_now += TimeSpan.FromSeconds(3));
            _map.LookAtDue(tracker);
            _map.Awake!.TryNext(0, out _, out _);
        }

        facts.Accessed.Fill(0);
        for (int i = 0; i < 20; i++)
        {
            RoundAndLooks();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            RoundAndLooks();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>Rounds in which all is accessed once, and then one chunk only.</summary>
    private void Settle(ulong hot)
    {
        for (ulong i = 0; i < Chunks; i++)
        {
            _accessed.Add(First + i);
        }

        _map.BeginRound();
        Scan(TimeSpan.Zero);
        _accessed.Clear();
        _accessed.Add(hot);
        for (int round = 0; round < 4; round++)
        {
            Round();
        }
    }

    private void Round()
    {
        _map.BeginRound();
        for (int scan = 0; scan < 5; scan++)
        {
            Scan(TimeSpan.Zero);
        }

        _map.EndRound(_histogram);
    }

    private void Scan(TimeSpan after)
    {
        _now += after;
        _read.Clear();
        _map.Looks!.MoveTo(_now);
        _map.BeginScan();
        for (ulong chunk = First; chunk < First + Chunks; chunk++)
        {
            if (!_absent.Contains(chunk) && _map.Wants(chunk))
            {
                _read.Add(chunk);
                _map.Record(chunk, FactsOf(chunk));
            }
        }

        _map.EndScan();
    }

    private int? LookAtDue(TimeSpan after)
    {
        _now += after;
        _read.Clear();
        _map.Looks!.MoveTo(_now);
        return _map.LookAtDue(new Tracker(this));
    }

    private ChunkFacts FactsOf(ulong chunk)
    {
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.FillPlace(Slow);
        facts.Accessed.Fill(_accessed.Contains(chunk) ? ulong.MaxValue : 0);
        facts.HasFolios = _folioPages > 1;
        for (int page = 0; facts.HasFolios && page < Chunk.Pages; page++)
        {
            facts.Joined.AsWords()[page >> 6] |= page % _folioPages != 0 ? 1UL << (page & 63) : 0;
        }

        return facts;
    }

    private bool Knows(ulong chunk) => _map.TryFind(chunk << Chunk.Shift, out _);

    private int CountOf(ulong chunk) => _map.TryFind(chunk << Chunk.Shift, out HeatChunk found) ? found.CountOf(0) : -1;

    private static List<(ulong First, ulong End)> Runs(IChunkChoice choice)
    {
        List<(ulong First, ulong End)> runs = [];
        ulong from = 0;
        while (from < ulong.MaxValue && choice.TryNext(from, out ulong first, out ulong end))
        {
            runs.Add((first, end));
            from = end;
        }

        return runs;
    }

    /// <summary>Sees the same of all chunks, and allocates nothing.</summary>
    private sealed class Steady : IAccessTracker
    {
        private ChunkFacts _facts;

        public Steady()
        {
            _facts.Present.Fill(ulong.MaxValue);
            _facts.FillPlace(Slow);
        }

        public string Name => "test";

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();

        public bool ReadChunks(IChunkChoice chunks, IScanSink sink)
        {
            ulong from = 0;
            while (chunks.TryNext(from, out ulong first, out from))
            {
                for (ulong chunk = first; chunk < from; chunk++)
                {
                    sink.Record(chunk, in _facts);
                }
            }

            return true;
        }
    }

    private sealed class Tracker(RestingChunksTests test) : IAccessTracker
    {
        public string Name => "test";

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();

        public bool ReadChunks(IChunkChoice chunks, IScanSink sink)
        {
            foreach ((ulong first, ulong end) in Runs(chunks))
            {
                for (ulong chunk = first; chunk < end; chunk++)
                {
                    if (!test._absent.Contains(chunk))
                    {
                        test._read.Add(chunk);
                        sink.Record(chunk, test.FactsOf(chunk));
                    }
                }
            }

            return true;
        }
    }
}
