using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Exercise;

namespace Terrace.Cli.Tests.Exercise;

public sealed class PageOrderTests
{
    [Property]
    public Property Every_page_has_exactly_one_rank() =>
        Prop.ForAll(Gen.Choose(1, 3000).Three().ToArbitrary(), numbers =>
        {
            uint pages = (uint)numbers.Item1;
            uint offset = (uint)numbers.Item2 % pages;
            foreach (bool scattered in (bool[])[true, false])
            {
                PageOrder order = new(pages, scattered, (ulong)numbers.Item3);
                bool[] taken = new bool[pages];
                for (uint rank = 0; rank < pages; rank++)
                {
                    uint page = order.PageOf(rank, offset);
                    Assert.True(page < pages && !taken[page]);
                    taken[page] = true;
                }
            }
        });

    [Fact]
    public void Scattered_hot_pages_lie_all_over_the_arena()
    {
        const uint Pages = 358_400;
        PageOrder order = new(Pages, scattered: true, seed: 1);
        int[] perChunk = new int[Pages / 512];
        for (uint rank = 0; rank < Pages / 10; rank++)
        {
            perChunk[order.PageOf(rank, 0) / 512]++;
        }

        // 51.2 expected in every chunk; a binomial of this size stays within 6 standard deviations (41).
        Assert.InRange(perChunk.Min(), 10, 51);
        Assert.InRange(perChunk.Max(), 52, 93);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Each_phase_has_other_hot_pages(bool scattered)
    {
        PageOrder order = new(10_000, scattered, seed: 3);
        HashSet<uint> first = [.. Enumerable.Range(0, 1000).Select(rank => order.PageOf((uint)rank, 0))];
        HashSet<uint> second = [.. Enumerable.Range(0, 1000).Select(rank => order.PageOf((uint)rank, 1000))];
        Assert.Empty(first.Intersect(second));
    }

    [Fact]
    public void Another_seed_scatters_otherwise()
    {
        PageOrder one = new(10_000, scattered: true, seed: 1);
        PageOrder two = new(10_000, scattered: true, seed: 2);
        Assert.InRange(Enumerable.Range(0, 1000).Count(rank => one.PageOf((uint)rank, 0) == two.PageOf((uint)rank, 0)), 0, 20);
    }
}
