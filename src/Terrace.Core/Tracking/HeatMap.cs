using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <summary>
/// The heat of every page of one address space. A round is <c>BeginRound, (BeginScan, Record…, EndScan) × N, EndRound</c>.
/// The address space may grow, shrink and be remapped between scans: what a scan does not report is forgotten.
/// At most 2 bytes for each mapped page; nothing is allocated while the set of mapped chunks stays the same. Not thread-safe.
/// </summary>
public sealed unsafe partial class HeatMap : IScanSink, IDisposable
{
    /// <summary>Heat is 0 to 31.</summary>
    public const int HeatLevels = 1 << ChunkPlanes.HeatBits;

    /// <summary>Most scans in a round that counters can hold.</summary>
    public const int MaxScansPerRound = 15;

    private const int PagesInWord = 64;

    /// <summary>The bits of an address that distinguish the pages of one word of a plane, and bytes of a page.</summary>
    private const ulong WordMask = ((ulong)PagesInWord << Chunk.PageShift) - 1;

    private readonly PlaneWidth _width;
    private readonly StuckPages _stuck = new();
    private readonly FolioPlanes _folios = new();
    private double _folioPart = -GoldenSection;
    private RecordStore _records;
    private HeatKernels _kernels;

    // Scans report chunks in ascending order, so the index is a sorted list, and a scan merges the old list into a new one.
    private ChunkEntry[] _chunks = [];
    private ChunkEntry[] _next = [];
    private int _count;
    private int _nextCount;
    private int _cursor;
    private bool _firstScan;
    private int _scansBefore;

    // Scans of the round that the counts may hold: those that were begun, as one that was begun again counts what it saw twice.
    private int _added;
    private int _lastMoved;

    /// <summary>
    /// Makes an empty map; <paramref name="width"/> is for tests, the default is the processor's best.
    /// <paramref name="placeBits"/> is the machine's (<see cref="PlaceMap.Bits"/>).
    /// </summary>
    public HeatMap(PlaneWidth? width = null, int placeBits = PlaceMap.FewBits)
    {
        _width = width ?? PlaneWidths.Best;
        PlaceBits = placeBits;
        _records = new RecordStore(ChunkPlanes.PerChunk(placeBits));
        _kernels = HeatKernels.Of(_width, placeBits);
    }

    /// <summary>Bits of a page's place.</summary>
    public int PlaceBits { get; private set; }

    /// <summary>Scans in the round so far.</summary>
    public int Scans { get; private set; }

    /// <summary>
    /// Scans that the pages' counts are of: those of the round so far or, until its first scan is over, those of the round before.
    /// </summary>
    public int CountedScans => _firstScan ? _scansBefore : Scans;

    /// <summary>A round has ended since all was last forgotten.</summary>
    public bool HasHeat { get; private set; }

    /// <summary>Chunks with a mapped page.</summary>
    public int Chunks => _count;

    /// <summary>Memory that the map holds, bytes.</summary>
    public long TrackingBytes =>
        _records.Bytes + _stuck.Bytes + _folios.Bytes + ((long)(_chunks.Length + _next.Length) * sizeof(ChunkEntry));

    /// <summary>
    /// Mapped pages that cannot be moved, as their moves failed again and again: no histogram counts them, and none is chosen.
    /// </summary>
    public long ImmovablePages => _stuck.Pages;

    /// <summary>Those of them that are in the top tier, as of the last <see cref="EndRound"/>.</summary>
    public long ImmovableFastPages { get; private set; }

    internal ReadOnlySpan<ChunkEntry> Entries => _chunks.AsSpan(0, _count);

    /// <summary>Starts a round: the next scan resets the pages' counts. Heat stays.</summary>
    public void BeginRound()
    {
        // A round that is begun again before its first scan has no counts of its own.
        _scansBefore = CountedScans;
        Scans = 0;
        _firstScan = true;
        _added = 0;
    }

    /// <summary>
    /// Takes another number of place bits, between scans, when the machine's nodes have become more or fewer. What is known of
    /// pages stays; where they are the next scan tells.
    /// </summary>
    public void Fit(int placeBits)
    {
        if (placeBits == PlaceBits)
        {
            return;
        }

        RecordStore fitting = new(ChunkPlanes.PerChunk(placeBits));
        for (int i = 0; i < _count; i++)
        {
            if (_chunks[i].IsAlike)
            {
                AlikePages pages = _chunks[i].Pages;
                int place = pages.Place & ((1 << placeBits) - 1);
                _chunks[i] = _chunks[i].With(new AlikePages(place, pages.Heat, pages.Seen, pages.Rest));
                continue;
            }

            int slot = fitting.Rent();
            new ReadOnlySpan<ulong>(_records[_chunks[i].Slot], ChunkPlanes.Common * BitPlane.Words)
                .CopyTo(new Span<ulong>(fitting[slot], ChunkPlanes.Common * BitPlane.Words));
            _chunks[i] = _chunks[i].With(slot);
        }

        // Slots are others now; the next scan tells.
        _folios.Clear();
        _records.Dispose();
        _records = fitting;
        PlaceBits = placeBits;
        _kernels = HeatKernels.Of(_width, placeBits);
    }

    /// <summary>Starts a scan.</summary>
    public void BeginScan()
    {
        (_cursor, _nextCount, _nextResting, _asked) = (0, 0, 0, ulong.MaxValue);
        _added = _firstScan ? 0 : _added + 1;
        _folioPart = (_folioPart + GoldenSection) % 1;
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ForgetUpTo(ChunkEntry.KeyOf(chunk, facts.Area));
        bool isKnown = _cursor < _count && _chunks[_cursor].Key == ChunkEntry.KeyOf(chunk, facts.Area);
        bool mayRest = _asked == chunk;
        if (isKnown && _chunks[_cursor].Rests)
        {
            RecordResting(_chunks[_cursor++], in facts, mayRest);
            return;
        }

        int place = 0;
        bool accessed = false;
        if ((!isKnown || _chunks[_cursor].IsAlike) && AlikePages.TryTell(in facts, PlaceBits, out place, out accessed))
        {
            AlikePages pages = (isKnown ? _chunks[_cursor++].Pages : default).Scanned(place, accessed, _added);
            Add(new ChunkEntry(chunk, facts.Area, facts.IsHuge, pages).Resting(mayRest && !accessed && pages.AreCold));
            return;
        }

        int slot = !isKnown ? _records.Rent() : _chunks[_cursor].IsAlike ? Unfold(_chunks[_cursor].Pages) : _chunks[_cursor].Slot;
        _cursor += isKnown ? 1 : 0;
        AddRecord(slot, isKnown, chunk, in facts, mayRest);
    }

    /// <summary>Ends a scan: chunks that it did not report are forgotten.</summary>
    public void EndScan()
    {
        ForgetUpTo(ulong.MaxValue);
        (_chunks, _next) = (_next, _chunks);
        (_count, RestingChunks) = (_nextCount, _nextResting);
        _firstScan = false;
        Scans++;
    }

    /// <summary>Forgets everything: the process has a new address space.</summary>
    public void Clear()
    {
        BeginScan();
        EndScan();
        BeginRound();
        _scansBefore = 0;
        HasHeat = false;
        _stuck.Clear();
        _folios.Clear();
        ImmovableFastPages = 0;
    }

    /// <summary>All chunks in address order; one with pages of several areas comes once for each. Valid until the next scan.</summary>
    public IEnumerable<HeatChunk> EnumerateChunks()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return ChunkAt(i);
        }
    }

    /// <summary>The <paramref name="index"/>th chunk in address order, 0 to <see cref="Chunks"/> - 1. Valid until the next scan.</summary>
    public HeatChunk ChunkAt(int index) => ChunkOf(_chunks[index]);

    /// <summary>
    /// The chunk that holds an address; false when none of its pages is known. Of several with pages of different areas the one
    /// that knows the page. Valid until the next scan.
    /// </summary>
    public bool TryFind(ulong address, out HeatChunk chunk)
    {
        ulong number = Chunk.Of(address);
        int index = IndexOf(number);
        chunk = default;
        for (int i = index; i >= 0 && i < _count && _chunks[i].Chunk == number; i++)
        {
            chunk = ChunkAt(i);
            if (chunk.IsPresent((int)(address >> Chunk.PageShift) & (Chunk.Pages - 1)))
            {
                break;
            }
        }

        return index >= 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _records.Dispose();
        _folios.Dispose();
    }

    /// <summary>The record of an entry, for reading only: of pages that are alike it is everybody's.</summary>
    internal ulong* RecordOf(ChunkEntry entry) => entry.IsAlike ? entry.Pages.Record : _records[entry.Slot];

    internal HeatKernels Kernels => _kernels;

    /// <summary>True when moves of the page at an address have failed again and again, so that it rests from being tried.</summary>
    public bool IsImmovable(ulong address)
    {
        ReadOnlySpan<ulong> immovable = ImmovableOf(Chunk.Of(address));
        int page = (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);
        return !immovable.IsEmpty && (immovable[page / PagesInWord] & (1UL << (page % PagesInWord))) != 0;
    }

    /// <summary>The pages of a chunk that are not to be moved this round, as words of a plane; empty when there are none.</summary>
    internal ReadOnlySpan<ulong> ImmovableOf(ulong chunk) => _stuck.IsEmpty ? [] : _stuck.ExcludedOf(chunk);

    /// <summary>Index of the first chunk whose number is at least <paramref name="chunk"/>; 0 when there is none.</summary>
    internal int IndexAtOrAfter(ulong chunk)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_chunks[middle].Chunk < chunk)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _count ? low : 0;
    }

    private int IndexOf(ulong chunk)
    {
        int index = IndexAtOrAfter(chunk);
        return index < _count && _chunks[index].Chunk == chunk ? index : -1;
    }

    /// <summary>Forgets chunks that a scan has passed without reporting them.</summary>
    private void ForgetUpTo(ulong key)
    {
        for (; _cursor < _count && _chunks[_cursor].Key < key; _cursor++)
        {
            if (!_chunks[_cursor].IsAlike)
            {
                _records.Return(_chunks[_cursor].Slot);
            }
        }
    }

    private void Add(ChunkEntry entry)
    {
        if (_nextCount == _next.Length)
        {
            // A quarter more, not double: the index counts against the two bytes a page.
            Array.Resize(ref _next, Math.Max(16, _next.Length + (_next.Length / 4)));
        }

        _next[_nextCount++] = entry;
        _nextResting += entry.Rests ? 1 : 0;
    }

    private void AddRecord(int slot, bool isKnown, ulong chunk, in ChunkFacts facts, bool mayRest)
    {
        RecordIn(slot, isKnown, in facts);
        bool rests = mayRest && !IsAccessed(in facts) && IsCold(_records[slot]);
        Add(new ChunkEntry(chunk, facts.Area, facts.IsHuge, slot).Resting(rests));
    }

    private void RecordIn(int slot, bool isKnown, in ChunkFacts facts)
    {
        if (!_folios.IsEmpty && !(isKnown && facts.HasFolios))
        {
            _folios.Clear(slot);
        }

        if (facts.HasFolios)
        {
            RecordFolios(slot, in facts);
        }
        else
        {
            _kernels.Record(_records[slot], in facts, _added);
        }
    }
}
