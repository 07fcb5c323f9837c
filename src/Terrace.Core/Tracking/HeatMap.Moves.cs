using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>Moves are noted at once, so that a page's place is known before the next scan.</content>
public sealed unsafe partial class HeatMap
{
    /// <summary>Notes that a page was moved to a place: it rests, and its place is known before the next scan sees it.</summary>
    internal void NoteMoved(ulong address, bool isHuge, int place) => NoteMoved([address], [isHuge], [MoveResult.Moved], place);

    /// <summary>
    /// Notes the same of those pages of a batch that arrived, and which could not be moved. Batches are in address order, so that
    /// mostly 64 pages are noted at once.
    /// </summary>
    internal void NoteMoved(ReadOnlySpan<ulong> addresses, ReadOnlySpan<bool> isHuge, ReadOnlySpan<MoveResult> results, int place)
    {
        ulong wordAddress = 0;
        ulong pages = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            ulong address = addresses[i];
            if (results[i] > MoveResult.AlreadyThere)
            {
                NoteFailed(address, isHuge[i], results[i], place);
                continue;
            }

            if (isHuge[i])
            {
                for (int word = 0; word < BitPlane.Words; word++)
                {
                    NoteMoved(address + ((ulong)word * PagesInWord << Chunk.PageShift), ulong.MaxValue, place);
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
    internal (int Area, int Place, int Heat)? SetPlanned(ulong address, bool isHuge, bool planned)
    {
        int page = (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);
        ulong chunk = Chunk.Of(address);
        for (int i = FirstOf(chunk); i >= 0 && i < _count && _chunks[i].Chunk == chunk; i++)
        {
            HeatChunk known = ChunkAt(i);
            if (known.IsPresent(page))
            {
                ulong* record = _records[_chunks[i].Slot];
                for (int word = isHuge ? 0 : page >> 6; word <= (isHuge ? BitPlane.Words - 1 : page >> 6); word++)
                {
                    SetPlane(record, ChunkPlanes.Rest, word, isHuge ? ulong.MaxValue : 1UL << (page & 63), planned);
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
            ulong* record = _records[_chunks[index].Slot];
            record[(ChunkPlanes.Rest * BitPlane.Words) + word] |= pages;
            record[((ChunkPlanes.Rest + 1) * BitPlane.Words) + word] |= pages;
            for (int bit = 0; bit < PlaceBits; bit++)
            {
                SetPlane(record, ChunkPlanes.PlaceBit(bit), word, pages, (place & (1 << bit)) != 0);
            }
        }
    }

    /// <summary>Remembers pages that the kernel did not move, if not for want of room or because they are gone.</summary>
    private void NoteFailed(ulong address, bool isHuge, MoveResult result, int place)
    {
        if (result is not (MoveResult.Busy or MoveResult.Denied))
        {
            return;
        }

        int page = (int)(address >> Chunk.PageShift) & (Chunk.Pages - 1);
        for (int word = 0; isHuge && word < BitPlane.Words; word++)
        {
            _stuck.NoteFailed(Chunk.Of(address), word, ulong.MaxValue, place);
        }

        if (!isHuge)
        {
            _stuck.NoteFailed(Chunk.Of(address), page / PagesInWord, 1UL << (page % PagesInWord), place);
        }
    }

    private static void SetPlane(ulong* record, int plane, int word, ulong pages, bool value)
    {
        ref ulong bits = ref record[(plane * BitPlane.Words) + word];
        bits = value ? bits | pages : bits & ~pages;
    }
}
