using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Layout;
using Terrace.Core.Layout;

namespace Terrace.Cli.Tests.Layout;

public sealed class LayoutCensusTests
{
    [Property]
    public Property Every_page_is_counted_where_it_is_and_where_it_is_still_to_come() =>
        Prop.ForAll(Gen.Choose(-1, 2)
            .ArrayOf()
            .ToArbitrary(), Gen.Choose(-1, 2)
            .ArrayOf()
            .ToArbitrary(), Gen.Choose(1, 7)
            .ToArbitrary(), (wanted, found, window) =>
        {
            MemoryLayout layout = MemoryLayout.Of(
                wanted.Select((node, page) => (node, page))
                    .Where(each => each.node >= 0)
                    .Select(each => new FrameRange((ulong)each.page, (ulong)each.page + 1, each.node)));
            LayoutCensus census = new(layout);
            for (int first = 0; first < found.Length; first += window)
            {
                census.Add((ulong)first, found.AsSpan(first, Math.Min(window, found.Length - first)));
            }

            (int Found, int Wanted)[] pages =
            [
                .. found.Select((node, page) => (node, page < wanted.Length ? wanted[page] : -1)).Where(page => page.node >= 0),
            ];
            Assert.Equal(pages.Length, census.InUse);
            Assert.Equal(pages.Count(page => page.Wanted >= 0 && page.Wanted != page.Found), census.Elsewhere);
            for (int node = 0; node < 3; node++)
            {
                Assert.Equal(pages.Count(page => page.Found == node), census.On(node));
                Assert.Equal(pages.Count(page => page.Wanted == node && page.Found != node), census.ToCome(node));
            }

            MemoryLayout there = census.AsLayout!;
            Assert.Equal(found, Enumerable.Range(0, found.Length).Select(page => there.NodeOf((ulong)page)));
        });

    [Property]
    public Property A_layout_is_the_same_after_it_was_in_a_state_file() =>
        Prop.ForAll(Gen.Choose(-1, 2).ArrayOf().ToArbitrary(), nodes =>
        {
            MemoryLayout layout = MemoryLayout.Of(
                nodes.Select((node, page) => new FrameRange((ulong)page, (ulong)page + 1, node)).Where(range => range.Node >= 0));
            Assert.Equal(layout.Ranges.ToArray(), LayoutRanges.Read(LayoutRanges.Write(layout)).Ranges.ToArray());
        });

    [Theory]
    [InlineData("1")]
    [InlineData("0-5")]
    [InlineData("5-2=1")]
    [InlineData("0-5=1 3-6=1")]
    [InlineData("0-99999999999999999999=1")]
    [InlineData("0-5=-1")]
    [InlineData("=5-1")]
    public void A_damaged_state_file_is_said_to_be_so(string text) => Assert.Throws<InvalidDataException>(() => LayoutRanges.Read(text));
}
