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
        Assert.True(sample.Clear(memory, memory, map, Always, fastPlaces: 1, Chunks * Chunk.Pages));
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
        Assert.False(new HotSample().Clear(memory, memory, map, Always, fastPlaces: 1, Chunks * Chunk.Pages));
    }

    [Fact]
    public void Pages_are_from_everywhere_and_other_ones_each_time()
    {
        using HeatMap map = Hot();
        Memory memory = new(shared: _ => false);
        HotSample sample = new();
        sample.Clear(memory, memory, map, Always, fastPlaces: 1, Chunks * Chunk.Pages);
        ulong[] first = memory.Cleared;
        Assert.Equal(Enumerable.Range(0, Chunks), first.Select(page => (int)Chunk.Of(page)).Distinct());
        sample.Clear(memory, memory, map, Always, fastPlaces: 1, Chunks * Chunk.Pages);
        Assert.Empty(first.Intersect(memory.Cleared));
    }

    private static HeatMap Hot()
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
                sights[i] = shared(pages[i] >> Chunk.PageShift) ? PageSight.Accessed : PageSight.Idle;
            }

            return true;
        }
    }
}
