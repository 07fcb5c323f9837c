using System.Numerics;
using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Arithmetic of a chunk's folios. A folio is memory that the kernel moves as one although each of its pages has an entry of its own in
/// the page table: 16 KiB to 1 MiB (mTHP, or page cache), or a huge page that is mapped page by page. Bit <c>i</c> of a plane of
/// joined pages says that page <c>i</c> is of the same folio as page <c>i - 1</c>.
/// </summary>
public static class FolioRuns
{
    private const int WordPages = 64;

    /// <summary>The first page of the folio that a page is of; the page itself when it is of none.</summary>
    public static int StartOf(ReadOnlySpan<ulong> joined, int page)
    {
        int word = page / WordPages;

        // The page's own bit at the top: the ones below it are pages that are joined with the one before.
        ulong free = ~joined[word] << (WordPages - 1 - (page % WordPages));
        while (free == 0)
        {
            if (word == 0)
            {
                return 0;
            }

            page = (word * WordPages) - 1;
            free = ~joined[--word];
        }

        return page - BitOperations.LeadingZeroCount(free);
    }

    /// <summary>The page after the last one of the folio that a page is of.</summary>
    public static int EndOf(ReadOnlySpan<ulong> joined, int page)
    {
        int at = page + 1;
        while (at < Chunk.Pages)
        {
            ulong free = ~joined[at / WordPages] >> (at % WordPages);
            if (free != 0)
            {
                return at + BitOperations.TrailingZeroCount(free);
            }

            at = ((at / WordPages) + 1) * WordPages;
        }

        return Chunk.Pages;
    }

    /// <summary>The first page of a plane from a page on; 512 when there is none.</summary>
    public static int Next(ReadOnlySpan<ulong> pages, int from)
    {
        int at = from;
        while (at < Chunk.Pages)
        {
            ulong left = pages[at / WordPages] >> (at % WordPages);
            if (left != 0)
            {
                return at + BitOperations.TrailingZeroCount(left);
            }

            at = ((at / WordPages) + 1) * WordPages;
        }

        return Chunk.Pages;
    }

    /// <summary>The bits of a word that are pages from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    public static ulong Within(int word, int start, int end)
    {
        int from = Math.Clamp(start - (word * WordPages), 0, WordPages);
        int to = Math.Clamp(end - (word * WordPages), 0, WordPages);
        return from >= to ? 0 : (ulong.MaxValue >> (WordPages - (to - from))) << from;
    }

    /// <summary>Adds to a plane all pages of the folios that it has a page of.</summary>
    public static void Complete(ReadOnlySpan<ulong> joined, Span<ulong> pages)
    {
        for (int page = Next(pages, 0); page < Chunk.Pages;)
        {
            int start = StartOf(joined, page);
            int end = EndOf(joined, page);
            for (int word = start / WordPages; word * WordPages < end; word++)
            {
                pages[word] |= Within(word, start, end);
            }

            page = Next(pages, end);
        }
    }

    /// <summary>
    /// Makes the pages of each folio agree: all are in the plane afterwards when more than a part of them was, or one that is enough by
    /// itself; else none. Other pages are left as they are.
    /// </summary>
    /// <param name="joined">The folios.</param>
    /// <param name="pages">The plane.</param>
    /// <param name="enough">Of those in the plane, pages each of which is enough.</param>
    /// <param name="part">The part, from 0 up to 1; 0 means that any page is enough.</param>
    public static void Agree(ReadOnlySpan<ulong> joined, Span<ulong> pages, ReadOnlySpan<ulong> enough, double part)
    {
        for (int page = Next(pages, 0); page < Chunk.Pages;)
        {
            int start = StartOf(joined, page);
            int end = EndOf(joined, page);
            if (end - start > 1)
            {
                int found = 0;
                ulong single = 0;
                for (int word = start / WordPages; word * WordPages < end; word++)
                {
                    ulong folio = Within(word, start, end);
                    found += BitOperations.PopCount(pages[word] & folio);
                    single |= enough[word] & folio;
                }

                bool all = single != 0 || found > (end - start) * part;
                for (int word = start / WordPages; word * WordPages < end; word++)
                {
                    ulong folio = Within(word, start, end);
                    pages[word] = all ? pages[word] | folio : pages[word] & ~folio;
                }
            }

            page = Next(pages, end);
        }
    }

    /// <summary>Takes off a plane the pages of folios of which it has not all pages that are among others.</summary>
    public static void KeepWhole(ReadOnlySpan<ulong> joined, ReadOnlySpan<ulong> among, Span<ulong> pages)
    {
        for (int page = Next(pages, 0); page < Chunk.Pages;)
        {
            int start = StartOf(joined, page);
            int end = EndOf(joined, page);
            ulong lacks = 0;
            for (int word = start / WordPages; word * WordPages < end; word++)
            {
                lacks |= among[word] & ~pages[word] & Within(word, start, end);
            }

            for (int word = start / WordPages; lacks != 0 && word * WordPages < end; word++)
            {
                pages[word] &= ~Within(word, start, end);
            }

            page = Next(pages, end);
        }
    }
}
