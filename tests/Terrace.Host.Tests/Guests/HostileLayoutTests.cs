using System.Text;
using System.Text.Json;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Guests;

namespace Terrace.Host.Tests.Guests;

/// <summary>What comes over the channel is believed by neither side before it is checked.</summary>
public sealed class HostileLayoutTests
{
    private const string Good =
        """{"version":1,"ask":"a","epoch":5,"generation":2,"everySeconds":3,"pageBytes":4096,"blockPages":1,"inUsePages":30"""
        + ""","elsewherePages":0,"nodes":[{"node":0,"tier":0,"pages":10,"readLatencyNs":80,"distances":{"0":10,"2":20}},"""
        + """{"node":2,"tier":1,"pages":20}],"cpus":[{"cpu":0,"nodes":[0]}],"cpuNodes":[0],"ranges":[[0,10,0],[10,20,2]]}""";

    private static readonly string[] s_values =
    [
        "0", "1", "-1", "2", "3", "4095", "4097", "65536", "1099511627776", "18446744073709551615", "18446744073709551616",
        "1e3", "1.5", "1e999", "null", "true", "\"\"", "\"x\"", "[]", "[[]]", "[null]", "[[0,1]]",
        "[[0,0,0]]", "[[0,1,0],[0,1,0]]", "[[5,1,0],[1,1,0]]", "[[0,1,1]]", "[[0,1,0,0]]", "[[18446744073709551615,1,0]]",
        "[[0,18446744073709551615,0]]", "[[0,1,4294967296]]", "{}", "{\"node\":0}", "[{\"node\":0},{\"node\":0}]",
        "[{\"cpu\":-1,\"nodes\":[0]}]", "{\"0\":999}", "{\"x\":1}", "{\"0\":1,\"0\":2}",
    ];

    [Fact]
    public void A_good_message_is_read()
    {
        PublishedLayout layout = Read(Good, out string problem)!;
        Assert.Equal("", problem);
        Assert.Equal([new FrameRange(0, 10, 0), new FrameRange(10, 30, 2)], layout.Layout.Ranges.ToArray());
        Assert.Equal((10, 20), (layout.DistanceTo(0), layout.DistanceTo(2)));
    }

    [Theory]
    [InlineData("\"version\":1", "\"version\":2", "version 2")]
    [InlineData("\"epoch\":5", "\"epoch\":0", "no generation")]
    [InlineData("\"generation\":2", "\"generation\":-1", "no generation")]
    [InlineData("\"pageBytes\":4096", "\"pageBytes\":65536", "65536 bytes")]
    [InlineData("\"blockPages\":1", "\"blockPages\":3", "not a power of two")]
    [InlineData("\"elsewherePages\":0", "\"elsewherePages\":31", "do not add up")]
    [InlineData("[0,10,0],[10,20,2]", "[0,10,0],[9,20,2]", "before the end of the one before")]
    [InlineData("[0,10,0],[10,20,2]", "[0,10,1]", "on node 1")]
    [InlineData("[0,10,0],[10,20,2]", "[0,0,0]", "not a run of pages")]
    [InlineData("[0,10,0],[10,20,2]", "[1099511627775,2,0]", "not a run of pages")]
    [InlineData("\"node\":2,\"tier\":1", "\"node\":0,\"tier\":1", "names node 0 twice")]
    [InlineData("\"node\":2,\"tier\":1", "\"node\":2", "on node 2")]
    [InlineData("\"readLatencyNs\":80", "\"readLatencyNs\":-80", "figure of node 0")]
    [InlineData("\"cpuNodes\":[0]", "\"cpuNodes\":[1]", "does not name")]
    [InlineData("\"cpu\":0,\"nodes\":[0]", "\"cpu\":0,\"nodes\":[7]", "what it says about CPUs")]
    public void A_message_that_cannot_be_is_refused_with_the_reason(string part, string changed, string said)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        Assert.Null(Read(Good.Replace(part, changed, StringComparison.Ordinal), out string problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Thirty_thousand_changed_messages_are_read_or_refused_and_what_is_read_is_within_bounds()
    {
        Random random = new(17);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] line = Encoding.UTF8.GetBytes(i % 2 == 0 ? WithOtherValue(random) : Good);
            for (int change = i % 2 == 0 ? 0 : random.Next(1, 4); change > 0; change--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            if (
                PublishedLayout.Parse(line) is { Ranges: not null } message
                    && PublishedLayout.Of(message, out string problem) is { } layout)
            {
                read++;
                Assert.Equal("", problem);
                ulong end = 0;
                foreach (FrameRange range in layout.Layout.Ranges)
                {
                    Assert.True(range.Start >= end && range.End > range.Start && range.End <= 1UL << (52 - Chunk.PageShift));
                    end = range.End;
                    Assert.NotNull(layout.NodeOf(range.Node).Tier);
                }

                _ = layout.DistanceTo(layout.Message.Nodes![0].Node);
            }
            else
            {
                refused++;
            }
        }

        Assert.True(read > 1000 && refused > 1000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Thirty_thousand_lines_of_a_guest_ask_something_or_nothing()
    {
        byte[] good = JsonSerializer.SerializeToUtf8Bytes(
            new LayoutRequest { Version = 1, Ask = "a-1", Epoch = 7, Have = 3 }, LayoutJson.Line.LayoutRequest);
        Assert.Equal(new LayoutRequest { Version = 1, Ask = "a-1", Epoch = 7, Have = 3 }, LayoutFeed.Parse(good));
        Random random = new(19);
        for (int i = 0; i < 30_000; i++)
        {
            byte[] line = [.. good];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                line[random.Next(line.Length)] = (byte)random.Next(256);
            }

            if (LayoutFeed.Parse(line.AsSpan(0, random.Next(2) == 0 ? line.Length : random.Next(line.Length))) is { } request)
            {
                Assert.All(request.Ask, letter => Assert.True(char.IsAsciiLetterOrDigit(letter) || letter == '-'));
            }
        }
    }

    [Fact]
    public void A_line_without_end_is_dropped_and_the_next_one_is_read()
    {
        LineFeed feed = new(100);
        for (int i = 0; i < 1000; i++)
        {
            feed.Add(Encoding.UTF8.GetBytes(new string('x', 37)));
            Assert.False(feed.TryTake(out _));
        }

        feed.Add("y\nfirst\nsec"u8);
        Assert.True(feed.TryTake(out ReadOnlySpan<byte> first));
        Assert.Equal("first", Encoding.UTF8.GetString(first));
        Assert.False(feed.TryTake(out _));
        feed.Add("ond\n"u8);
        Assert.True(feed.TryTake(out ReadOnlySpan<byte> second));
        Assert.Equal("second", Encoding.UTF8.GetString(second));
        Assert.Equal(1, feed.Dropped);
    }

    [Fact]
    public void Ten_thousand_streams_are_cut_into_the_lines_that_fit()
    {
        Random random = new(23);
        for (int i = 0; i < 10_000; i++)
        {
            const int Most = 20;
            string text = new(
                [.. Enumerable.Range(0, random.Next(1, 120)).Select(_ => random.Next(8) == 0 ? '\n' : (char)('a' + random.Next(26)))]);
            LineFeed feed = new(Most);
            List<string> lines = [];
            for (int at = 0; at < text.Length;)
            {
                int end = Math.Min(text.Length, at + random.Next(1, 9));
                feed.Add(Encoding.UTF8.GetBytes(text[at..end]));
                at = end;
                while (feed.TryTake(out ReadOnlySpan<byte> line))
                {
                    lines.Add(Encoding.UTF8.GetString(line));
                }
            }

            Assert.Equal(text.Split('\n')[..^1].Where(line => line.Length <= Most), lines);
        }
    }

    private static PublishedLayout? Read(string text, out string problem)
    {
        LayoutMessage message = PublishedLayout.Parse(Encoding.UTF8.GetBytes(text.Trim()))!;
        Assert.NotNull(message);
        return PublishedLayout.Of(message, out problem);
    }

    // One member, at any depth, with a value that does not belong there.
    private static string WithOtherValue(Random random)
    {
        int[] colons = [.. Good.Index().Where(letter => letter.Item == ':').Select(letter => letter.Index)];
        int start = colons[random.Next(colons.Length)] + 1;
        int depth = 0;
        int end = start;
        while (end < Good.Length && !(depth == 0 && Good[end] is ',' or '}' or ']' && depth == 0))
        {
            depth += Good[end] is '[' or '{' ? 1 : Good[end] is ']' or '}' ? -1 : 0;
            end++;
        }

        return Good[..start] + s_values[random.Next(s_values.Length)] + Good[end..];
    }
}
