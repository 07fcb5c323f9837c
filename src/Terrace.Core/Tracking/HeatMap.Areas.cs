using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Tracking;

/// <content>What is known of the pages of one area.</content>
public sealed unsafe partial class HeatMap
{
    /// <summary>Counts the pages of one area by place and heat as of the last round's end; area 0 is what is of none.</summary>
    public void CountArea(int area, HeatHistogram histogram)
    {
        ArgumentNullException.ThrowIfNull(histogram);
        histogram.Clear(1 << PlaceBits);
        fixed (long* all = histogram.AllPages, resting = histogram.RestingPages)
        {
            for (int i = 0; i < _count; i++)
            {
                if (_chunks[i].Area == area)
                {
                    AddMovable(i, all, resting);
                }
            }
        }
    }

    /// <summary>Pages of one area in the places of a bit mask, with the moves that were noted.</summary>
    public long PagesIn(int area, int places)
    {
        long pages = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_chunks[i].Area == area && _chunks[i].IsAlike)
            {
                pages += (places & (1 << _chunks[i].Pages.Place)) != 0 ? Chunk.Pages : 0;
            }
            else if (_chunks[i].Area == area)
            {
                HeatChunk chunk = ChunkAt(i);
                for (int word = 0; word < BitPlane.Words; word++)
                {
                    pages += chunk.PagesIn(word, places);
                }
            }
        }

        return pages;
    }

    /// <summary>
    /// True when an area has at least that number of base pages, or pages in folios smaller than a huge page, in some places.
    /// </summary>
    internal bool HasSmallPages(int area, int places, long atLeast)
    {
        long pages = 0;
        for (int i = 0; i < _count && pages < atLeast; i++)
        {
            if (_chunks[i].Area == area && !_chunks[i].IsHuge)
            {
                HeatChunk chunk = ChunkAt(i);
                for (int word = 0; word < BitPlane.Words; word++)
                {
                    pages += chunk.PagesIn(word, places);
                }
            }
        }

        return pages >= atLeast;
    }
}
