using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Tracking;

/// <summary>A sample of the hottest pages, on a process all of whose pages are accessed in every scan.</summary>
public sealed class HotSampleTests
{
    private const int Chunks = 40;
    private const int Always = 4;
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(2);

    [Fact]
    public void Pages_that_the_kernel_did_not_clear_are_no_sign_of_accesses()
    {
        using HeatMap map = Hot();
        Memory memory = new(shared: page => page % 3 == 0);
        HotSample sample = new();
        Assert.True(sample.Clear(memory, memory, map, Always, fastPlaces: 1));
        HotRates rates = new();
        Assert.True(sample.TryLook(memory, s_first));
        sample.AddTo(rates);
        Assert.Equal(0, rates.Fast.Rate);
    }

    [Fact]
    public void Where_nothing_could_be_cleared_there_is_no_sample()
    {
        using HeatMap map = Hot();
        Memory memory = new(shared: _ => true);
        Assert.False(new HotSample().Clear(memory, memory, map, Always, fastPlaces: 1));
    }

    [Fact]
    public void Pages_are_from_everywhere_and_other_ones_each_time()
    {
        using HeatMap map = Hot();
        Memory memory = new(shared: _ => false);
        HotSample sample = new();
        sample.Clear(memory, memory, map, Always, fastPlaces: 1);
        ulong[] first = memory.Cleared;
        Assert.Equal(Enumerable.Range(0, Chunks), first.Select(page => (int)Chunk.Of(page)).Distinct());
        sample.Clear(memory, memory, map, Always, fastPlaces: 1);
        Assert.Empty(first.Intersect(memory.Cleared));
    }

    [Fact]
    public void Huge_pages_are_no_candidates_of_which_there_would_be_too_few_others()
    {
        using HeatMap map = Hot(chunk => chunk % 10 != 0);
        Memory memory = new(shared: _ => false);
        Assert.True(new HotSample().Clear(memory, memory, map, Always, fastPlaces: 1));
        Assert.All(memory.Cleared, page => Assert.Equal(0UL, Chunk.Of(page) % 10));
        Assert.InRange(memory.Cleared.Length, 400, 512);
    }

    [Fact]
    public void A_tier_without_a_sample_is_as_hot_as_the_other_and_what_is_old_is_forgotten()
    {
        using HeatMap map = Hot();
        Memory memory = new(shared: _ => false);
        HotSample sample = new();
        HotRates rates = new();
        Assert.Null(rates.Of(inFastMemory: true));
        Assert.True(sample.Clear(memory, memory, map, Always, fastPlaces: 1));
        memory.IsAccessed = page => page / Chunk.Pages % 4 == 0;
        Assert.True(sample.TryLook(memory, s_first));
        sample.AddTo(rates);
        Assert.InRange(rates.Of(inFastMemory: true)!.Value, 1, 1000);
        Assert.Equal(rates.Of(inFastMemory: true), rates.Of(inFastMemory: false));
        for (int i = 0; i < 9; i++)
        {
            rates.Miss();
        }

        Assert.NotNull(rates.Of(inFastMemory: false));
        rates.Miss();
        Assert.Null(rates.Of(inFastMemory: true));
    }

    private static HeatMap Hot(Func<ulong, bool>? huge = null)
    {
        HeatMap map = new();
        ChunkFacts facts = default;
        facts.Present.Fill(ulong.MaxValue);
        facts.Accessed.Fill(ulong.MaxValue);
        map.BeginRound();
        for (int scan = 0; scan < Always; scan++)
        {
            map.BeginScan();
            for (ulong chunk = 0; chunk < Chunks; chunk++)
            {
                facts.IsHuge = huge?.Invoke(chunk) == true;
                map.Record(chunk, in facts);
            }

            map.EndScan();
        }

        map.EndRound(new HeatHistogram());
        return map;
    }

    /// <summary>Pages that nobody accesses; of those that are shared the bits are set and stay so.</summary>
    private sealed class Memory(Func<ulong, bool> shared) : IAccessClearer, IAccessTracker
    {
        public string Name => "memory";

        public Func<ulong, bool> IsAccessed { get; set; } = shared;

        public ulong[] Cleared { get; private set; } = [];

        public ScanOutcome Clear() => throw new NotSupportedException();

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();

        public int ClearSome(Span<ulong> pages)
        {
            Cleared = pages.ToArray();
            return pages.Length;
        }

        public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
        {
            for (int i = 0; i < pages.Length; i++)
            {
                sights[i] = IsAccessed(pages[i] >> Chunk.PageShift) ? PageSight.Accessed : PageSight.Idle;
            }

            return true;
        }
    }
}
