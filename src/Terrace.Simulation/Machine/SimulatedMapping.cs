using System.Runtime.Intrinsics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// A range of a simulated process's address space with its page tables, one chunk after another. Starts on a chunk boundary;
/// no two mappings share a chunk.
/// </summary>
public sealed class SimulatedMapping
{
    private byte[] _state = [];
    private bool[] _hugeChunks = [];
    private Dictionary<int, SimulatedProcess.MergedPage>? _merged;

    internal SimulatedMapping(ulong start, int pages, bool wantsHugePages, int folioPages)
    {
        WantsHugePages = wantsHugePages;
        FolioPages = folioPages;
        Resize(start, pages);
    }

    /// <summary>Its first address. Changes when it is remapped.</summary>
    public ulong Start { get; private set; }

    /// <summary>Its length in base pages, present or not; 0 once it is unmapped.</summary>
    public int Pages { get; private set; }

    /// <summary>True when first touches allocate huge pages where the node has room for one.</summary>
    public bool WantsHugePages { get; }

    /// <summary>Pages of the folios that first touches allocate where the node has room for one; 1 for single pages.</summary>
    public int FolioPages { get; set; }

    /// <summary>Folios that were split because somebody acted on a part of one.</summary>
    public int SplitFolios { get; private set; }

    /// <summary>Number of the process's area that its pages are of, from 1; 0 for none.</summary>
    internal byte Area { get; set; }

    /// <summary>True when scans report every page of it as accessed, as they do of memory that an operator wants treated as hot.</summary>
    public bool IsTreatedHot { get; set; }

    /// <summary>The mapping of which this is the copy that fork(2) made; null for none.</summary>
    internal SimulatedMapping? Original { get; init; }

    internal int Chunks => _hugeChunks.Length;

    internal Span<byte> States => _state;

    /// <summary>The address of one of its pages.</summary>
    public ulong AddressOf(int page) => Start + ((ulong)page << Chunk.PageShift);

    /// <summary>True when the page has memory behind it.</summary>
    public bool IsPresent(int page) => (_state[page] & PageState.NotPresent) == 0;

    /// <summary>True when the page, or the huge page it is part of, was accessed since the last clear.</summary>
    public bool IsAccessed(int page)
    {
        int chunk = page / Chunk.Pages;
        return _hugeChunks[chunk]
            ? ChunkStates(chunk).IndexOfAnyInRange(PageState.Accessed, byte.MaxValue) >= 0
            : (_state[page] & PageState.Accessed) != 0;
    }

    /// <summary>True when reclaim has the page on its active list (<see cref="SimulatedReclaim"/>).</summary>
    public bool IsActive(int page) => (_state[page] & PageState.Active) != 0;

    /// <summary>True when the page is part of a huge page.</summary>
    public bool IsHuge(int page) => _hugeChunks[page / Chunk.Pages];

    /// <summary>The first page of the folio that a page is of, and how many there are; the page itself when it is of none.</summary>
    public (int First, int Pages) FolioOf(int page)
    {
        int first = page;
        while ((_state[first] & PageState.Joined) != 0)
        {
            first--;
        }

        int end = page + 1;
        while (end < _state.Length && (_state[end] & PageState.Joined) != 0)
        {
            end++;
        }

        return (first, end - first);
    }

    /// <summary>Makes pages of the folio that a page is of.</summary>
    internal void SplitFolio(int page)
    {
        (int first, int pages) = FolioOf(page);
        foreach (ref byte state in _state.AsSpan(first, pages))
        {
            state &= byte.MaxValue - PageState.Joined;
        }

        SplitFolios += pages > 1 ? 1 : 0;
    }

    internal Span<byte> ChunkStates(int chunk) => _state.AsSpan(chunk * Chunk.Pages, Chunk.Pages);

    /// <summary>Makes base pages of the huge page or folio that a page is of.</summary>
    internal void Split(int page)
    {
        SetHuge(page / Chunk.Pages, huge: false);
        SplitFolio(page);
    }

    /// <summary>The page that has the memory of one: itself, or where it is in common; null where there is none.</summary>
    internal (SimulatedMapping Mapping, int Page)? InCommon(int page) =>
        page >= Pages ? null
            : IsPresent(page) ? (this, page)
            : MergedAt(page)?.Owner ?? Original?.InCommon(page);

    internal SimulatedProcess.MergedPage? MergedAt(int page) => _merged?.GetValueOrDefault(page);

    internal void SetMerged(int page, SimulatedProcess.MergedPage? merged)
    {
        _merged ??= [];
        if (merged is null)
        {
            _merged.Remove(page);
        }
        else
        {
            _merged[page] = merged;
        }
    }

    /// <summary>True when a page of the chunk is present.</summary>
    internal bool HasPages(int chunk) => ChunkStates(chunk).ContainsAnyExcept(PageState.NotPresent);

    /// <summary>True when the pages of a chunk are all there, are base pages, and are nobody else's.</summary>
    internal bool IsWhole(int chunk)
    {
        foreach (byte state in ChunkStates(chunk))
        {
            if ((state & (PageState.NotPresent | PageState.Joined)) != 0)
            {
                return false;
            }
        }

        return !_hugeChunks[chunk] && (chunk + 1) * Chunk.Pages <= Pages && Original is null && _merged is null or { Count: 0 };
    }

    internal void SetHuge(int chunk, bool huge) => _hugeChunks[chunk] = huge;

    /// <summary>
    /// Gives it a new place and length; pages that are kept keep their state. The caller has freed those that are cut off.
    /// </summary>
    internal void Resize(ulong start, int pages)
    {
        int chunks = (pages + Chunk.Pages - 1) / Chunk.Pages;
        int kept = Math.Min(_state.Length, chunks * Chunk.Pages);
        Array.Resize(ref _state, chunks * Chunk.Pages);
        Array.Resize(ref _hugeChunks, chunks);
        _state.AsSpan(kept).Fill(PageState.NotPresent);
        Start = start;
        Pages = pages;
    }

    /// <summary>Turns the bytes of a chunk into bit planes. False when no page of it is present.</summary>
    internal bool Describe(int chunk, ref ChunkFacts facts)
    {
        ReadOnlySpan<byte> states = ChunkStates(chunk);
        Span<ulong> present = facts.Present.AsWords();
        Span<ulong> accessed = facts.Accessed.AsWords();
        Span<ulong> low = facts.PlaceLow.AsWords();
        Span<ulong> high = facts.PlaceHigh.AsWords();
        Span<ulong> joined = facts.Joined.AsWords();
        Span<ulong> third = facts.PlaceThird.AsWords();
        Span<ulong> fourth = facts.PlaceFourth.AsWords();
        ulong anyPresent = 0;
        ulong anyAccessed = 0;
        ulong anyJoined = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            Vector512<byte> bytes = Vector512.Create(states.Slice(word * 64, 64));
            present[word] = ~Gather(bytes, PageState.NotPresentShift);
            accessed[word] = bytes.ExtractMostSignificantBits() & present[word];
            low[word] = Gather(bytes, PageState.PlaceLowShift) & present[word];
            high[word] = Gather(bytes, PageState.PlaceHighShift) & present[word];
            third[word] = Gather(bytes, PageState.PlaceThirdShift) & present[word];
            fourth[word] = Gather(bytes, PageState.PlaceFourthShift) & present[word];
            joined[word] = Gather(bytes, PageState.JoinedShift) & present[word];
            anyJoined |= joined[word];
            anyPresent |= present[word];
            anyAccessed |= accessed[word];
        }

        facts.HasFolios = anyJoined != 0;
        facts.IsHuge = _hugeChunks[chunk];
        if (facts.IsHuge)
        {
            // One entry maps the whole chunk: it has one accessed bit, set by an access to any part of it.
            facts.Accessed.Fill(anyAccessed == 0 ? 0 : ulong.MaxValue);
        }

        return anyPresent != 0;
    }

    /// <summary>Clears the accessed bits of a chunk; false when no page of it is present.</summary>
    internal bool ClearAccessed(int chunk)
    {
        Span<byte> states = ChunkStates(chunk);
        if (!HasPages(chunk))
        {
            return false;
        }

        for (int i = 0; i < states.Length; i += Vector512<byte>.Count)
        {
            Span<byte> part = states.Slice(i, Vector512<byte>.Count);
            (Vector512.Create<byte>(part) & Vector512.Create((byte)(byte.MaxValue - PageState.Accessed))).CopyTo(part);
        }

        return true;
    }

    // Shifting 16-bit lanes lets bits cross between the bytes of a lane, but never into a byte's top bit.
    private static ulong Gather(Vector512<byte> bytes, int shift) =>
        (bytes.AsUInt16() << shift).AsByte().ExtractMostSignificantBits();
}
