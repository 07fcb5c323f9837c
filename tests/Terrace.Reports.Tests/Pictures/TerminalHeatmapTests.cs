using System.Globalization;
using System.Text.RegularExpressions;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed partial class TerminalHeatmapTests
{
    [Theory]
    [InlineData(55)]
    [InlineData(80)]
    [InlineData(300)]
    public void Lines_fit_the_terminal(int width)
    {
        foreach (bool colour in new[] { false, true })
        {
            Assert.All(
                Lines(Write(Pictured.Server(), width, colour)),
                line => Assert.True(line.Length < width, $"{line.Length} of {width}: {line}"));
        }
    }

    [Fact]
    public void Without_colour_digits_say_how_hot_and_how_much_is_fast()
    {
        string[] lines = Lines(Write(Pictured.Server(), 100, colour: false));
        Assert.DoesNotContain(lines, line => line.Contains('\e', StringComparison.Ordinal));
        string[] library = [.. lines.Where(line => line.StartsWith("41: libvery", StringComparison.Ordinal))];

        // 10 of 64 pages are hot; in the third of the time before the move they are slow.
        Assert.Equal(2, library.Length);
        Assert.Matches(@"  \?+2+$", library[0]);
        Assert.Matches(@"  \?+\.+2+$", library[1]);
        Assert.Contains(lines, line => line.StartsWith("41: 20", StringComparison.Ordinal) && line.EndsWith('#'));
        Assert.Contains(lines, line => Regex.IsMatch(line, "^ +moved +#$"));
        Assert.Contains(lines, line => line.Contains("tenths of 5 scans", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("? not looked at yet, blank not mapped", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.EndsWith("most moved at once: 50.8 MiB", StringComparison.Ordinal));
    }

    [Fact]
    public void In_colour_a_mixed_row_is_as_much_orange_from_below_as_its_pages_are_fast()
    {
        string[] raw = Write(Pictured.Server(), 100, colour: true).Split('\n');
        string jit = raw.Single(line => line.Contains("41: memfd", StringComparison.Ordinal));

        // 20 of 64 pages are fast: between two and three eighths.
        MatchCollection signs = Split().Matches(jit);
        Assert.InRange(signs.Count, 40, 100);
        Assert.All(signs, sign => Assert.Equal("▃", sign.Groups["sign"].Value));
        Assert.All(signs, sign => Assert.NotEqual(sign.Groups["above"].Value, sign.Groups["below"].Value));
        Assert.Contains(raw, line => line.Contains("5 of 5 scans saw it, fast memory", StringComparison.Ordinal));
    }

    [Fact]
    public void In_colour_an_even_row_is_two_rows_of_half_the_height() =>
        Assert.Contains('▀', Write(Pictured.Run(), 80, colour: true));

    [Fact]
    public void Nothing_is_written_of_a_run_without_a_round() => Assert.Equal("", Write(new HeatRecorder(1), 80, colour: true));

    private static string Write(HeatRecorder recorder, int width, bool colour)
    {
        using StringWriter writer = new(CultureInfo.InvariantCulture);
        TerminalHeatmap.Write(writer, recorder, width, colour);
        return writer.ToString();
    }

    private static string[] Lines(string text) => [.. Escape().Replace(text, "").Split('\n').Select(line => line.TrimEnd('\r'))];

    [GeneratedRegex("\e\\[[0-9;]*m")]
    private static partial Regex Escape();

    [GeneratedRegex("\e\\[38;5;(?<below>\\d+);48;5;(?<above>\\d+)m(?<sign>[ ▁▂▃▄▅▆▇█])")]
    private static partial Regex Split();
}
