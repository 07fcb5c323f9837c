using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Cli.Accessed;

/// <summary>Which pages are reported: those that ranges of addresses touch, or all. Ranges may overlap, in any order.</summary>
internal sealed class AddressSelection
{
    // In base pages, ascending and apart; none for all.
    private readonly List<(ulong First, ulong End)> _ranges = [];

    /// <param name="ranges">From the first byte to one past the last, each above 0; none for all pages.</param>
    public AddressSelection(params IEnumerable<(ulong Start, ulong End)> ranges)
    {
        foreach ((ulong start, ulong end) in ranges.Order())
        {
            (ulong first, ulong past) = (start >> Chunk.PageShift, ((end - 1) >> Chunk.PageShift) + 1);
            if (_ranges.Count > 0 && first <= _ranges[^1].End)
            {
                _ranges[^1] = (_ranges[^1].First, Math.Max(_ranges[^1].End, past));
            }
            else
            {
                _ranges.Add((first, past));
            }
        }
    }

    /// <summary>The pages of a chunk that are reported.</summary>
    public BitPlane PagesOf(ulong chunk)
    {
        BitPlane pages = default;
        Span<ulong> words = pages.AsWords();
        if (_ranges.Count == 0)
        {
            pages.Fill(ulong.MaxValue);
            return pages;
        }

        ulong start = chunk * Chunk.Pages;
        foreach ((ulong first, ulong end) in _ranges)
        {
            if (first >= start + Chunk.Pages)
            {
                break;
            }

            if (end > start)
            {
                int from = (int)(Math.Max(first, start) - start);
                int to = (int)(Math.Min(end, start + Chunk.Pages) - start);
                for (int word = 0; word < words.Length; word++)
                {
                    words[word] |= FolioRuns.Within(word, from, to);
                }
            }
        }

        return pages;
    }
}
