using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Folios;
using Terrace.Linux.KernelMemory;
using Terrace.Linux.Mappings;
using Terrace.Linux.SecondLevel;

namespace Terrace.Linux.Trackers.PageTables;

/// <summary>
/// Walks x86-64 page tables in physical memory and reports every mapped page within given ranges, chunk by chunk. One read for
/// each table, or for a
/// few last-level ones that lie next to one another, as the kernel mostly allocates them; subtrees that are absent or outside the
/// ranges are not read.
/// Tables change under the walker: whatever it reads it masks and bounds, so that a torn table costs accuracy and nothing else.
/// </summary>
internal sealed partial class PageTableWalker<TMemory>(TMemory memory)
    where TMemory : IPhysicalMemory
{
    private const int LastLevel = 1;
    private const int MiddleLevel = 2;

    /// <summary>
    /// Most tables in one read. What is read ahead is used within microseconds: no older than what a torn read would show.
    /// </summary>
    private const int MostAhead = 8;

    // One cached table for each level: [1] page table, [2] middle, [3] upper, [4] p4d or top, [5] top with five levels.
    private readonly ulong[][] _tables = [[], NewTable(), NewTable(), NewTable(), NewTable(), NewTable()];
    private readonly ulong[] _cached = new ulong[6];

    // Last-level tables that one read brought, from the physical address on; only a walk reads ahead.
    private readonly ulong[] _ahead = GC.AllocateArray<ulong>(MostAhead * PageTableEntry.Entries, pinned: true);
    private ulong _aheadFrom;
    private int _aheadCount;
    private int? _aheadAt;
    private int _mostAhead;
    private ChunkFacts _facts;
    private long _reads;
    private long _missed;
    private long _gigabytePages;
    private ulong _guestPage;
    private ulong _guestHugePage;

    /// <summary>
    /// A page that guests were seen to access in the last walk, so that their second-level page tables map it; a base page if
    /// there is one, 0 when there is none.
    /// </summary>
    public ulong GuestPage => _guestPage != 0 ? _guestPage : _guestHugePage;

    /// <summary>Frames that were accessed otherwise than through these tables: their pages count as accessed. Null for none.</summary>
    public FrameMarks? Marks { get; set; }

    /// <summary>Finds folios among the pages of last-level tables; null where there are none to be found.</summary>
    public FolioFinder? Folios { get; set; }

    /// <summary>Frame bits of entries, without the memory-encryption bit.</summary>
    public ulong AddressMask { get; init; } = PageTableEntry.FrameAddressMask;

    /// <summary>Walks.</summary>
    /// <param name="root">Physical address of the top table.</param>
    /// <param name="levels">4, or 5 with la57.</param>
    /// <param name="ranges">Address ranges to report, ascending, apart.</param>
    /// <param name="frames">Places of frames; pages whose frame is in no place are not reported.</param>
    /// <param name="hugeZeroFrame">Frame of the shared huge page of zeros, which is nobody's page.</param>
    /// <param name="maxReads">Most tables to read.</param>
    /// <param name="sink">Takes the chunks.</param>
    public WalkResult Walk(
        ulong root, int levels, ReadOnlySpan<AddressRange> ranges, FrameMap frames, ulong hugeZeroFrame, long maxReads, IScanSink sink)
    {
        _reads = 0;
        _missed = 0;
        _gigabytePages = 0;
        _guestPage = _guestHugePage = 0;
        _cached.AsSpan().Fill(ulong.MaxValue);
        Load(levels, 0, root);
        (_aheadCount, _aheadAt, _mostAhead) = (0, null, MostAhead);

        // User space ends at half of what the levels can name (Documentation/arch/x86/x86_64/mm.rst).
        ulong end = 1UL << (levels == 5 ? 56 : 47);
        ulong address = 0;
        int next = 0;
        while (next < ranges.Length && _reads < maxReads)
        {
            address = Math.Max(address, ranges[next].Start & ~(ulong)(Chunk.Bytes - 1));
            if (address >= end)
            {
                break;
            }

            if (address >= ranges[next].End)
            {
                next++;
                continue;
            }

            int level = Descend(address, levels, out ulong entry, until: MiddleLevel);
            if (level > MiddleLevel)
            {
                // Nothing below: continue where the entry ends.
                ulong span = Span(level);
                _gigabytePages += level == 3 && PageTableEntry.IsHuge(entry) ? 1 : 0;
                address = (address & ~(span - 1)) + span;
                continue;
            }

            entry = _tables[MiddleLevel][Index(address, MiddleLevel)];
            bool isTable = PageTableEntry.IsTable(entry);

            // What guests access the sink could not know of.
            bool isWanted = (isTable || PageTableEntry.IsHuge(entry)) && (Marks is not null || sink.Wants(Chunk.Of(address)));

            // Where some are not wanted, those that follow may not be either.
            _mostAhead = isWanted ? Math.Min(_mostAhead * 2, MostAhead) : 1;
            if (isWanted && isTable)
            {
                LoadLast(address, entry, readsAhead: true);
                ReportTable(address, ranges[next..], frames, sink);
            }
            else if (isWanted)
            {
                ReportHuge(address, entry, ranges[next..], frames, hugeZeroFrame, sink);
            }
            else if (isTable)
            {
                Folios?.Pass(Chunk.Of(address));
            }

            address += Chunk.Bytes;
        }

        return new WalkResult(_reads, _missed, _gigabytePages, next < ranges.Length && _reads >= maxReads && address < end);
    }

    private ReadOnlySpan<ulong> LastTable =>
        _aheadAt is { } at ? _ahead.AsSpan(at * PageTableEntry.Entries, PageTableEntry.Entries) : _tables[LastLevel];

    private int NodeOf(ulong entry, FrameMap frames, ref int hint) =>
        PageTableEntry.IsMapped(entry) ? frames.NodeOf((PageTableEntry.Address(entry) & AddressMask) >> Chunk.PageShift, ref hint) : -1;

    private int NodeOfHuge(ulong entry, FrameMap frames) => frames.NodeOf(HugeFrame(entry));

    // Bit 12 of a huge page's entry is an attribute (PAT), not an address bit.
    private ulong HugeFrame(ulong entry) => (PageTableEntry.Address(entry) & AddressMask & ~(ulong)(Chunk.Bytes - 1)) >> Chunk.PageShift;

    private static ulong[] NewTable() => GC.AllocateArray<ulong>(PageTableEntry.Entries, pinned: true);

    private static int Index(ulong address, int level) =>
        (int)(address >> (Chunk.PageShift + (9 * (level - 1)))) & (PageTableEntry.Entries - 1);

    /// <summary>Bytes that one entry of a level's table covers.</summary>
    private static ulong Span(int level) => 1UL << (Chunk.PageShift + (9 * (level - 1)));

    /// <summary>
    /// Goes down to the table of an address at a level. Returns that level when it is loaded, else the level of the table whose entry ends
    /// the descent.
    /// </summary>
    private int Descend(ulong address, int levels, out ulong entry, int until = LastLevel)
    {
        for (int level = levels; level > until; level--)
        {
            entry = _tables[level][Index(address, level)];
            if (!PageTableEntry.IsTable(entry))
            {
                return level;
            }

            if (level - 1 == LastLevel)
            {
                LoadLast(address, entry, readsAhead: false);
            }
            else if (_cached[level - 1] != address / Span(level))
            {
                Load(level - 1, address / Span(level), entry & AddressMask);
            }
        }

        entry = 0;
        return until;
    }

    /// <summary>Loads the last-level table of an address, which the middle table's entry names.</summary>
    private void LoadLast(ulong address, ulong entry, bool readsAhead)
    {
        ulong tag = address / Span(MiddleLevel);
        if (_cached[LastLevel] != tag && !(readsAhead && LoadAhead(tag, Index(address, MiddleLevel))))
        {
            Load(LastLevel, tag, entry & AddressMask);
            _aheadAt = null;
        }
    }

    /// <summary>
    /// Loads a last-level table together with those that follow it in memory as in the table above; false when it is to be read
    /// alone.
    /// </summary>
    private bool LoadAhead(ulong tag, int index)
    {
        ulong[] above = _tables[LastLevel + 1];
        ulong physical = PageTableEntry.Address(above[index]) & AddressMask;
        ulong at = (physical - _aheadFrom) / Chunk.PageBytes;
        if (physical < _aheadFrom || at >= (ulong)_aheadCount)
        {
            int count = 1;
            while (count < _mostAhead
                && index + count < PageTableEntry.Entries
                && PageTableEntry.IsTable(above[index + count])
                && (PageTableEntry.Address(above[index + count]) & AddressMask) == physical + ((ulong)count * Chunk.PageBytes))
            {
                count++;
            }

            _aheadCount = count > 1
                && memory.TryReadPhysical(physical, MemoryMarshal.AsBytes(_ahead.AsSpan(0, count * PageTableEntry.Entries))) ? count : 0;
            if (_aheadCount == 0)
            {
                return false;
            }

            (_aheadFrom, at) = (physical, 0);
        }

        _reads++;
        _cached[LastLevel] = tag;
        _aheadAt = (int)at;
        return true;
    }

    private void Load(int level, ulong tag, ulong physical)
    {
        _reads++;
        _cached[level] = tag;
        Span<ulong> table = _tables[level];
        if (!memory.TryReadPhysical(physical, MemoryMarshal.AsBytes(table)))
        {
            _missed++;
            table.Clear();
        }
    }

    private void ReportHuge(
        ulong address, ulong entry, ReadOnlySpan<AddressRange> ranges, FrameMap frames, ulong hugeZeroFrame, IScanSink sink)
    {
        if (
            !PageTableEntry.IsHuge(entry)
                || (entry & PageTableEntry._PAGE_SPECIAL) != 0
                || ranges[0].Start > address
                || ranges[0].End < address + Chunk.Bytes)
        {
            return;
        }

        ulong frame = HugeFrame(entry);
        int place = frame == hugeZeroFrame ? -1 : frames.PlaceOf(frame);
        if (place < 0)
        {
            return;
        }

        bool marked = Marks is { } marks && marks.HasInHugePage(frame);
        _guestHugePage = marked ? address : _guestHugePage;
        _facts.IsHuge = true;
        _facts.HasFolios = false;
        _facts.Present.Fill(ulong.MaxValue);
        _facts.Accessed.Fill(marked || (entry & PageTableEntry._PAGE_ACCESSED) != 0 ? ulong.MaxValue : 0);
        _facts.FillPlace(place);
        sink.Record(Chunk.Of(address), in _facts);
    }

    private void ReportTable(ulong address, ReadOnlySpan<AddressRange> ranges, FrameMap frames, IScanSink sink)
    {
        PageTableEntries.Decode(LastTable, AddressMask, frames, ref _facts);
        Span<ulong> present = _facts.Present.AsWords();
        if (ranges[0].Start > address || ranges[0].End < address + Chunk.Bytes)
        {
            BitPlane covered = AddressRange.CoverageOf(address, ranges);
            ReadOnlySpan<ulong> mask = covered.AsWords();
            for (int i = 0; i < BitPlane.Words; i++)
            {
                present[i] &= mask[i];
            }
        }

        if (Marks is { IsEmpty: false } marks)
        {
            AddMarks(marks, address, present);
        }

        if (Folios is { } folios && folios.LooksIn(address))
        {
            FindFolios(folios, Chunk.Of(address));
        }

        if (present.ContainsAnyExcept(0UL))
        {
            sink.Record(Chunk.Of(address), in _facts);
        }
    }

    private void FindFolios(FolioFinder folios, ulong chunk)
    {
        ReadOnlySpan<ulong> table = LastTable;
        Span<ulong> frames = folios.Frames;
        for (int page = 0; page < frames.Length; page++)
        {
            ulong entry = table[page];
            frames[page] = PageTableEntry.IsMapped(entry) ? (PageTableEntry.Address(entry) & AddressMask) >> Chunk.PageShift : 0;
        }

        folios.Find(chunk, ref _facts);
    }

    private void AddMarks(FrameMarks marks, ulong address, ReadOnlySpan<ulong> present)
    {
        ReadOnlySpan<ulong> table = LastTable;
        Span<ulong> accessed = _facts.Accessed.AsWords();
        for (int word = 0; word < BitPlane.Words; word++)
        {
            for (ulong left = present[word]; left != 0; left &= left - 1)
            {
                int page = (word << 6) + BitOperations.TrailingZeroCount(left);
                if (marks.Has((PageTableEntry.Address(table[page]) & AddressMask) >> Chunk.PageShift))
                {
                    accessed[word] |= 1UL << (page & 63);
                    _guestPage = address + ((ulong)page << Chunk.PageShift);
                }
            }
        }
    }
}
