using System.Diagnostics;
using System.Runtime.CompilerServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Kernels;

/// <summary>Times of the vector kernels at this program's best width, for each base page.</summary>
internal static class KernelTimes
{
    private const int Repeats = 41;
    private const int Chunks = 128;
    private const ulong NodeFrames = 1 << 20;

    /// <summary>Medians, nanoseconds a page.</summary>
    public static IEnumerable<(string Name, double Nanoseconds)> Measure()
    {
        yield return ("heat: a scan", OfHeat((map, _, facts) => Scan(map, facts)));
        yield return ("heat: end of a round", OfHeat((map, histogram, _) => map.EndRound(histogram)));
        yield return ("tables: one node", OfTable(Table(sides: 1, holes: false)));
        yield return ("tables: two nodes, page by page", OfTable(Table(sides: 2, holes: false)));
        yield return ("tables: two nodes, with holes", OfTable(Table(sides: 2, holes: true)));
    }

    private static double OfHeat(Action<HeatMap, HeatHistogram, ChunkFacts[]> kernel)
    {
        using HeatMap map = new();
        HeatHistogram histogram = new();
        ChunkFacts[] facts = new ChunkFacts[Chunks];
        Random random = new(1);
        for (int i = 0; i < Chunks; i++)
        {
            facts[i].Present.Fill(ulong.MaxValue);
            facts[i].PlaceLow.Fill((i & 1) == 0 ? 0 : ulong.MaxValue);
            foreach (ref ulong word in facts[i].Accessed.AsWords())
            {
                word = (ulong)random.NextInt64();
            }
        }

        return Median(
            () =>
            {
                map.BeginRound();
                Scan(map, facts);
                Scan(map, facts);
            },
            () => kernel(map, histogram, facts),
            Chunks * Chunk.Pages);
    }

    private static void Scan(HeatMap map, ChunkFacts[] facts)
    {
        map.BeginScan();
        for (int i = 0; i < facts.Length; i++)
        {
            map.Record((ulong)i, facts[i]);
        }

        map.EndScan();
    }

    private static double OfTable(ulong[] entries)
    {
        const int Tables = 200;
        Topology topology = new(
            [new MemoryNode(0, 1L << 32, [0], new Dictionary<int, int>()), new MemoryNode(1, 1L << 32, [], new Dictionary<int, int>())]);
        FrameMap frames = new([new FrameRange(0, NodeFrames, 0), new FrameRange(NodeFrames, 2 * NodeFrames, 1)], new PlaceMap(topology));
        return Median(
            () => { },
            () =>
            {
                ChunkFacts facts = default;
                for (int i = 0; i < Tables; i++)
                {
                    PageTableEntries.Decode(entries, PageTableEntry.FrameAddressMask, frames, ref facts);
                }

                Keep(facts);
            },
            Tables * Chunk.Pages);
    }

    private static ulong[] Table(int sides, bool holes)
    {
        Random random = new(1);
        ulong[] entries = new ulong[Chunk.Pages];
        for (int i = 0; i < entries.Length; i++)
        {
            ulong frame = (ulong)random.NextInt64((long)NodeFrames) + (ulong)(random.Next(sides) * (long)NodeFrames);
            entries[i] = holes && random.Next(20) == 0 ? 0 : (frame << 12) | 0x47 | (random.Next(10) == 0 ? 0x20UL : 0);
        }

        return entries;
    }

    // Each repeat is long against the clock's steps; the first few are of a cold processor and compiler.
    private static double Median(Action prepare, Action kernel, int pages)
    {
        const int Inner = 20;
        List<double> times = [];
        for (int i = -Repeats / 2; i < Repeats; i++)
        {
            long ticks = 0;
            for (int j = 0; j < Inner; j++)
            {
                prepare();
                long start = Stopwatch.GetTimestamp();
                kernel();
                ticks += Stopwatch.GetTimestamp() - start;
            }

            if (i >= 0)
            {
                times.Add(ticks * (1e9 / Stopwatch.Frequency) / Inner / pages);
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(ChunkFacts facts) => GC.KeepAlive(facts.IsHuge);
}
