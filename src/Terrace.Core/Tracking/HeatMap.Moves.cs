using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>Moves are noted at once, so that a page's place is known before the next scan.</content>
public sealed unsafe partial class HeatMap
{
    private readonly long[] _movedInto = new long[PlaceMap.MaxPlaces];

    /// <summary>
    /// By how many pages each place has more, or fewer, by the moves that were noted since the last round ended: what its histogram does
    /// not know yet.
    /// </summary>
    internal ReadOnlySpan<long> MovedInto => _movedInto;

    /// <summary>Notes that a page was moved to a place: it rests, and its place is known before the next scan sees it.</summary>
    internal void NoteMoved(ulong address, int pages, int place) => NoteMoved([address], [(ushort)pages], [MoveResult.Moved], place);

    /// <summary>
    /// Notes the same of those pages of a batch that arrived, and which could not be moved. Batches are in address order, so that
    /// mostly 64 pages are noted at once.
    /// </summary>
    internal void NoteMoved(ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, ReadOnlySpan<MoveResult> results, int place)
    {
        ulong wordAddress = 0;
        ulong pages = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            ulong address = addresses[i];
            if (results[i] > MoveResult.AlreadyThere)
            {
                NoteFailed(address, counts[i], results[i], place);
                continue;
            }

            if (counts[i] > 1)
            {
                int first = PageOf(address);
                for (int word = first / PagesInWord; word * PagesInWord < first + counts[i]; word++)
                {
                    NoteMoved(WordAddress(address, word), FolioRuns.Within(word, first, first + counts[i]), place);
                }

                continue;
            }

            ulong within = address & ~WordMask;
            if (within != wordAddress)
            {
                NoteMoved(wordAddress, pages, place);
                wordAddress = within;
                pages = 0;
            }

            pages |= 1UL << (int)((address >> Chunk.PageShift) & (PagesInWord - 1));
        }

        NoteMoved(wordAddress, pages, place);
    }

    /// <summary>
    /// The place of a page with the moves that were noted; null when the page is not known. Cheap for addresses in order.
    /// </summary>
    internal int? PlaceOf(ulong address)
    {
        int page = (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);
        ulong chunk = Chunk.Of(address);
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            HeatChunk known = ChunkAt(i);
            if (known.IsPresent(page))
            {
                return known.PlaceOf(page);
            }
        }

        return null;
    }

    /// <summary>
    /// Makes a page that does not rest count as resting while a plan is made, or undoes it. Returns what is known of it; null when
    /// it is not known. Cheap for addresses in order.
    /// </summary>
    internal (int Area, int Place, int Heat)? SetPlanned(ulong address, int pages, bool planned)
    {
        int page = PageOf(address);
        ulong chunk = Chunk.Of(address);
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            HeatChunk known = ChunkAt(i);
            if (known.IsPresent(page))
            {
                ulong* record = OwnRecordOf(i);
                for (int word = page / PagesInWord; word * PagesInWord < page + pages; word++)
                {
                    SetPlane(record, ChunkPlanes.Rest, word, FolioRuns.Within(word, page, page + pages), planned);
                }

                return (known.Area, known.PlaceOf(page), known.HeatOf(page));
            }
        }

        return null;
    }

    /// <summary>
    /// Index of the first record of a chunk, -1 when there is none. Moves come in address order: mostly it is the chunk of the last
    /// one.
    /// </summary>
    private int FirstOf(ulong chunk)
    {
        int index = _lastMoved < _count && _chunks[_lastMoved].Chunk == chunk ? _lastMoved : IndexOf(chunk);
        while (index > 0 && _chunks[index - 1].Chunk == chunk)
        {
            index--;
        }

        _lastMoved = Math.Max(index, 0);
        return index;
    }

    /// <summary>Notes it of pages among the 64 from an address on.</summary>
    private void NoteMoved(ulong address, ulong pages, int place)
    {
        ulong chunk = Chunk.Of(address);
        int index = pages == 0 ? -1 : FirstOf(chunk);
        if (index < 0)
        {
            return;
        }

        int word = (int)((address >> (Chunk.PageShift + 6)) & (BitPlane.Words - 1));

        if (!_stuck.IsEmpty)
        {
            _stuck.NoteMoved(chunk, word, pages);
        }

        // In the records of other areas these pages are not present: what is noted there is not read.
        for (; index < _count && _chunks[index].Chunk == chunk; index++)
        {
            ulong* record = OwnRecordOf(index);
            record[(ChunkPlanes.Rest * BitPlane.Words) + word] |= pages;
            record[((ChunkPlanes.Rest + 1) * BitPlane.Words) + word] |= pages;
            CountMoved(ChunkAt(index), word, pages, place);
            for (int bit = 0; bit < PlaceBits; bit++)
            {
                SetPlane(record, ChunkPlanes.PlaceBit(bit), word, pages, (place & (1 << bit)) != 0);
            }
        }
    }

    private void CountMoved(in HeatChunk chunk, int word, ulong pages, int place)
    {
        for (int from = 0; from < 1 << PlaceBits; from++)
        {
            int moved = from == place ? 0 : BitOperations.PopCount(chunk.Mask(word, 1 << from) & pages);
            _movedInto[from] -= moved;
            _movedInto[place] += moved;
        }
    }

    /// <summary>Remembers pages that the kernel did not move, if not for want of room or because they are gone.</summary>
    private void NoteFailed(ulong address, int pages, MoveResult result, int place)
    {
        if (result is not (MoveResult.Busy or MoveResult.Denied))
        {
            return;
        }

        int page = PageOf(address);
        for (int word = page / PagesInWord; word * PagesInWord < page + pages; word++)
        {
            _stuck.NoteFailed(Chunk.Of(address), word, FolioRuns.Within(word, page, page + pages), place);
        }
    }

    private static int PageOf(ulong address) => (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);

    /// <summary>Address of the first page of a word of the chunk that holds an address.</summary>
    private static ulong WordAddress(ulong address, int word) => Chunk.AddressOf(Chunk.Of(address), word * PagesInWord);

    private static void SetPlane(ulong* record, int plane, int word, ulong pages, bool value)
    {
        ref ulong bits = ref record[(plane * BitPlane.Words) + word];
        bits = value ? bits | pages : bits & ~pages;
    }
}
