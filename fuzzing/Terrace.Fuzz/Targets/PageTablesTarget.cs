using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.SecondLevel;
using Terrace.Linux.Trackers.PageTables;

namespace Terrace.Fuzz.Targets;

/// <summary>Page tables as they are found in memory: they change under the walker, so any word may be anything.</summary>
internal sealed class PageTablesTarget : IFuzzTarget, IPhysicalMemory, IScanSink
{
    // Records of an entry: which table, which entry, its low bits, its table or frame.
    private const int RecordBytes = 8;
    private const int Tables = 16;
    private const int TableBytes = 4096;
    private const long MaxReads = 64;

    private static readonly AddressRange[] s_ranges = [new(0x1000, 0x4000_0000), new(0x7f00_0000_0000, 0x7f00_0060_0000)];
    private readonly ulong[] _words = new ulong[Tables * PageTableEntry.Entries];
    private readonly PageTableWalker<PageTablesTarget> _walker;
    private readonly SecondLevelWalker<PageTablesTarget> _second;
    private readonly FrameMarks _marks = new();
    private readonly List<int> _set = [];
    private ulong? _last;

    public PageTablesTarget()
    {
        _walker = new PageTableWalker<PageTablesTarget>(this) { Marks = _marks };
        _second = new SecondLevelWalker<PageTablesTarget>(this);
        _marks.Reserve(SampleMachine.Frames.End);
    }

    public string Name => "page-tables";

    public string Reads => "page tables of processes and of guests, in physical memory";

    public int MaxBytes => 512;

    public IReadOnlyList<string> Words =>
    [
        "\0\0\0\0g\0\0\u0001", "\u0001\0\0\0g\0\0\u0002", "\u0003\0\0\0g\u0001\u0001\0", "\u0002\0\0\0\u00e7\0\0\u0002",
    ];

    public IEnumerable<byte[]> Seeds =>
    [
        [
            0, 0, 0, 0, 0x67, 0, 0, 1, 1, 0, 0, 0, 0x67, 0, 0, 2, 2, 0, 0, 0, 0x67, 0, 0, 3,
            3, 0, 1, 0, 0x67, 0, 1, 0, 3, 0, 2, 0, 0x47, 0, 1, 1,
        ],
        [0, 0, 0, 0, 0x67, 0, 0, 1, 1, 0, 0, 0, 0x67, 0, 0, 2, 2, 0, 1, 0, 0xe7, 0, 0, 2],
        [0, 0, 254, 0, 0x67, 0, 0, 0, 0, 0, 0, 0, 0x67, 0, 0, 0],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        foreach (int word in _set)
        {
            _words[word] = 0;
        }

        _set.Clear();
        for (; input.Length >= RecordBytes; input = input[RecordBytes..])
        {
            int entry = BinaryPrimitives.ReadUInt16LittleEndian(input[2..]) % PageTableEntry.Entries;
            int word = ((input[0] % Tables) * PageTableEntry.Entries) + entry;
            ulong low = BinaryPrimitives.ReadUInt16LittleEndian(input[4..]);
            ulong high = (ulong)BinaryPrimitives.ReadUInt16BigEndian(input[6..]) << Chunk.PageShift;

            // The bits at the top of a word, as in torn and in inverted entries.
            _words[word] = low | high | ((ulong)input[1] << 56);
            _set.Add(word);
        }

        _marks.Clear();
        long read = _second.Walk(0, 4, SecondLevelFormat.ExtendedPageTables, MaxReads, _marks);
        Expect.That(read <= MaxReads + ((MaxReads + 1) * PageTableEntry.Entries));
        Expect.That(_marks.Count <= (long)SampleMachine.Frames.End);
        foreach (int levels in (ReadOnlySpan<int>)[4, 5])
        {
            _last = null;
            WalkResult result = _walker.Walk(0, levels, s_ranges, SampleMachine.Frames, hugeZeroFrame: 7, MaxReads, this);
            Expect.That(result is { TablesRead: >= 0, TablesMissed: >= 0, GigabytePages: >= 0 });
        }

        CheckDecoding();
    }

    public bool TryReadPhysical(ulong address, Span<byte> buffer)
    {
        Span<byte> memory = MemoryMarshal.AsBytes(_words.AsSpan());
        if (address % TableBytes != 0 || address > (ulong)(memory.Length - buffer.Length))
        {
            return false;
        }

        memory.Slice((int)address, buffer.Length).CopyTo(buffer);
        return true;
    }

    public void Record(ulong chunk, in ChunkFacts facts)
    {
        Expect.That(_last is null || chunk > _last);
        _last = chunk;
        bool isManaged = false;
        foreach (AddressRange range in s_ranges)
        {
            isManaged |= chunk * Chunk.Bytes < range.End && range.Start < (chunk + 1) * Chunk.Bytes;
        }

        Expect.That(isManaged);
    }

    // Both forms must give the same, whatever the entries.
    private void CheckDecoding()
    {
        ReadOnlySpan<ulong> table = _words.AsSpan(3 * PageTableEntry.Entries, PageTableEntry.Entries);
        ChunkFacts vectors = default;
        ChunkFacts scalar = default;
        PageTableEntries.Decode(table, PageTableEntry.FrameAddressMask, SampleMachine.Frames, ref vectors);
        PageTableEntries.DecodeScalar(table, PageTableEntry.FrameAddressMask, SampleMachine.Frames, ref scalar);
        Expect.That(MemoryMarshal.AsBytes(new ReadOnlySpan<ChunkFacts>(in vectors)).SequenceEqual(
            MemoryMarshal.AsBytes(new ReadOnlySpan<ChunkFacts>(in scalar))));
    }
}
