using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Linux.Tests.Trackers.PageTables;

/// <summary>
/// Page tables decoded with vectors compared with the same decoded one by one. Apart from the tests, because the program that ships
/// is compiled differently: benchmarks/Terrace.Kernels runs it compiled like that, too.
/// </summary>
internal static class PageTableTrial
{
    private static readonly PlaceMap Places = new(new Topology(Enumerable.Range(0, 16).Select(node =>
        new MemoryNode(node, 1 << 30, node == 0 ? [0] : [], new Dictionary<int, int>()))));

    /// <summary>A table of anything, or of mostly ordinary pages; throws at a difference.</summary>
    public static void AnyEntries(Random random)
    {
        FrameMap frames = RandomFrames(random);
        ulong[] entries = random.Next(2) == 0
            ? [.. Enumerable.Range(0, 512).Select(_ => RandomEntry(random, frames.End))]
            : Mostly(random, frames.End);
        Agree(entries, random.Next(2) == 0 ? PageTableEntry.FrameAddressMask : PageTableEntry.FrameAddressMask & ~(1UL << 47), frames);
    }

    /// <summary>A table of pages in two runs of frames, with at most one entry that is not; throws at a difference.</summary>
    public static void FullTable(Random random)
    {
        int[] nodes = random.Next(2) == 0 ? [0, 1, 2, 3] : [.. Enumerable.Range(0, 16).OrderBy(_ => random.Next()).Take(4)];
        FrameMap frames = new(
            [
                new FrameRange(0, 1000, nodes[0]),
                new FrameRange(1000, 2000, nodes[1]),
                new FrameRange(4000, 5000, nodes[2]),
                new FrameRange(5000, 6000, nodes[3]),
            ],
            Places);
        (ulong One, ulong Two) bases = ((ulong)random.Next(2) * 4000, random.Next(2) == 0 ? 1000UL : 5000UL);
        ulong[] entries =
        [
            .. Enumerable.Range(0, 512).Select(_ =>
                (
                    (
                        (
                            random.Next(3) == 0
                                ? bases.One
                                : bases.Two) + (ulong)random.Next(1000)) << 12) | 0x47 | ((ulong)(uint)random.Next(2) << 5)),
        ];

        // At most one word that is not of such pages.
        entries[random.Next(512)] = random.Next(3) switch
        {
            0 => RandomEntry(
            random,
            frames.End),
            1 => (3000UL << 12) | 0x67,
            _ => (500UL << 12) | 0x267
        };
        Agree(entries, PageTableEntry.FrameAddressMask, frames);
    }

    private static void Agree(ulong[] entries, ulong mask, FrameMap frames)
    {
        ChunkFacts oracle = default;
        PageTableEntries.DecodeScalar(entries, mask, frames, ref oracle);
        ChunkFacts vectors = new() { IsHuge = true };
        PageTableEntries.DecodeVectors(entries, mask, frames, ref vectors);
        ChunkFacts chosen = default;
        PageTableEntries.Decode(entries, mask, frames, ref chosen);
        if (Words(oracle) is var expected && (!expected.SequenceEqual(Words(vectors)) || !expected.SequenceEqual(Words(chosen))))
        {
            throw new InvalidOperationException("a page table decodes differently with vectors");
        }
    }

    private static FrameMap RandomFrames(Random random)
    {
        List<FrameRange> ranges = [];
        ulong at = 0;
        int count = random.Next(1, 14);
        bool fewNodes = random.Next(2) == 0;
        for (int i = 0; i < count; i++)
        {
            at += (ulong)random.Next(0, 500);
            ulong end = at + (ulong)random.Next(1, 5000);
            ranges.Add(new FrameRange(at, end, random.Next(fewNodes ? 4 : 16)));
            at = end;
        }

        return new FrameMap(ranges, Places);
    }

    private static ulong RandomEntry(Random random, ulong end) => random.Next(8) switch
    {
        0 => 0,
        1 => (ulong)random.NextInt64() | ((ulong)(uint)random.Next(2) << 63),
        2 => (
            ~(
                (ulong)random.NextInt64(
                    (long)end + 100) << 12) & PageTableEntry.FrameAddressMask) | ((ulong)(uint)random.Next(0x1000) & ~1UL),
        _ => ((ulong)random.NextInt64((long)end + 100) << 12) | (ulong)(uint)random.Next(0x1000) | ((ulong)(uint)random.Next(2) << 63),
    };

    // As real tables are: neighbours in neighbouring frames, with exceptions.
    private static ulong[] Mostly(Random random, ulong end)
    {
        ulong[] entries = new ulong[512];
        ulong frame = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            frame = random.Next(20) == 0 ? (ulong)random.NextInt64((long)end + 100) : frame + 1;
            entries[i] = random.Next(30) == 0
                ? RandomEntry(random, end)
                : (frame << 12) | 0x47 | ((ulong)(uint)random.Next(2) << 5) | ((ulong)(uint)random.Next(2) << 63);
        }

        return entries;
    }

    private static ulong[] Words(ChunkFacts facts) =>
        [
            .. facts.Present.AsWords(),
            .. facts.Accessed.AsWords(),
            .. facts.PlaceLow.AsWords(),
            .. facts.PlaceHigh.AsWords(),
            .. facts.PlaceThird.AsWords(),
            .. facts.PlaceFourth.AsWords(),
            facts.IsHuge ? 1UL : 0,
        ];
}
