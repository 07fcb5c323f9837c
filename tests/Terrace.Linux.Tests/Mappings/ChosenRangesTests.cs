using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class ChosenRangesTests
{
    private const ulong Page = Chunk.PageBytes;
    private const ulong Size = Chunk.Bytes;

    [Fact]
    public void Of_each_range_what_is_of_chosen_chunks_is_kept()
    {
        ChosenRanges chosen = new();
        chosen.Choose(
            [new(Page, 3 * Size), new((4 * Size) + Page, (7 * Size) + Page)], new Chunks(0, 2, 6, 7, 9), wholeOnly: false);
        Assert.Equal(
            [new(Page, Size), new(2 * Size, 3 * Size), new(6 * Size, (7 * Size) + Page)], chosen.Ranges.ToArray());
    }

    [Fact]
    public void Of_whole_chunks_those_that_a_range_covers_in_part_are_left_out()
    {
        ChosenRanges chosen = new();
        chosen.Choose(
            [new(Page, 3 * Size), new((4 * Size) + Page, (7 * Size) + Page)], new Chunks(0, 2, 4, 6, 7), wholeOnly: true);
        Assert.Equal([new(2 * Size, 3 * Size), new(6 * Size, 7 * Size)], chosen.Ranges.ToArray());
    }

    [Fact]
    public void Each_choice_replaces_the_one_before()
    {
        ChosenRanges chosen = new();
        chosen.Choose([new(0, 8 * Size)], new Chunks(1, 3), wholeOnly: false);
        chosen.Choose([new(0, 8 * Size)], new Chunks(5), wholeOnly: false);
        Assert.Equal([new(5 * Size, 6 * Size)], chosen.Ranges.ToArray());
        chosen.Choose([], new Chunks(5), wholeOnly: false);
        Assert.Equal(0, chosen.Ranges.Length);
    }

    /// <summary>Some chunks by their numbers.</summary>
    internal sealed class Chunks(params ulong[] numbers) : IChunkChoice
    {
        public bool TryNext(ulong from, out ulong first, out ulong end)
        {
            ulong[] left = [.. numbers.Where(number => number >= from).Order()];
            first = left.FirstOrDefault();
            end = first;
            while (left.Contains(end))
            {
                end++;
            }

            return left.Length > 0;
        }
    }
}
