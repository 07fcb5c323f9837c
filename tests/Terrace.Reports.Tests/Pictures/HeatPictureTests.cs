using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Terrace.Core.Tracking;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class HeatPictureTests
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private static readonly XNamespace s_xlink = "http://www.w3.org/1999/xlink";

    [Fact]
    public void Svg_is_well_formed_with_axes_in_human_units_and_a_legend()
    {
        XDocument svg = XDocument.Parse(Encoding.UTF8.GetString(Draw(Recorded(), "heat.svg", "a <strange> & \"quoted\" title")));
        string[] texts = [.. svg.Descendants(s_svg + "text").Select(text => text.Value)];
        Assert.Contains("a <strange> & \"quoted\" title", texts);
        Assert.Contains("in fast memory", texts);
        Assert.Contains("in slower memory", texts);
        Assert.Contains("counted exactly", texts);
        Assert.Contains(texts, text => text.EndsWith(" MiB", StringComparison.Ordinal));
        Assert.Contains(texts, text => text.EndsWith(" s", StringComparison.Ordinal));
        Assert.Equal(3, svg.Descendants(s_svg + "polyline").Count());
    }

    [Fact]
    public void The_embedded_cells_are_a_png_with_a_pixel_for_each_bucket_and_column()
    {
        HeatRecorder recorder = Recorded();
        XDocument svg = XDocument.Parse(Encoding.UTF8.GetString(Draw(recorder, "heat.svg", "")));
        string link = svg.Descendants(s_svg + "image").Single().Attribute(s_xlink + "href")!.Value;
        (int width, int height, byte[] pixels) = PngEncoderTests.Decode(Convert.FromBase64String(link["data:image/png;base64,".Length..]));
        Assert.Equal((recorder.Columns, HeatPicture.LinesOf(recorder).Count), (width, height));
        // The first bucket is hot and slow at first (blue), hot and fast at the end (orange).
        Assert.True(pixels[2] > pixels[0]);
        Assert.True(pixels[(width - 1) * 3] > pixels[((width - 1) * 3) + 2]);
    }

    [Fact]
    public void Png_shows_orange_and_blue_cells()
    {
        (int width, int height, byte[] pixels) = PngEncoderTests.Decode(Draw(Recorded(), "heat.PNG", "title"));
        Assert.Equal((2000, 1600), (width, height));
        HashSet<(byte, byte, byte)> colours = [];
        for (int i = 0; i < pixels.Length; i += 3)
        {
            colours.Add((pixels[i], pixels[i + 1], pixels[i + 2]));
        }

        Assert.Contains(colours, colour => colour.Item1 > colour.Item3 + 100);
        Assert.Contains(colours, colour => colour.Item3 > colour.Item1 + 100);
    }

    [Fact]
    public void A_run_without_a_round_still_has_a_picture() =>
        Assert.Contains(
            "no round was finished", Encoding.UTF8.GetString(Draw(new HeatRecorder(1), "heat.svg", "")), StringComparison.Ordinal);

    [Theory]
    [InlineData(false, '9')]
    [InlineData(true, '▀')]
    public void The_terminal_shows_the_same_in_signs(bool colour, char sign)
    {
        using StringWriter writer = new(CultureInfo.InvariantCulture);
        TerminalHeatmap.Write(writer, Recorded(), width: 80, colour);
        string text = writer.ToString();
        Assert.Contains(sign, text);
        Assert.Equal(colour, text.Contains('\e', StringComparison.Ordinal));
        Assert.Contains(" MiB", text, StringComparison.Ordinal);
    }

    private static byte[] Draw(HeatRecorder recorder, string name, string title)
    {
        using MemoryStream stream = new();
        new HeatPicture(recorder, title).WriteTo(stream, name);
        return stream.ToArray();
    }

    private static HeatRecorder Recorded()
    {
        HeatRecorder recorder = new(fastPlaces: 1);
        using HeatMap map = new();
        for (int round = 0; round < 10; round++)
        {
            int place = round < 5 ? 1 : 0;
            HeatMaps.Round(map, [10, 11, 900], (chunk, page) => (true, chunk == 10 && page < 64, chunk == 10 ? place : 1));
            TimeSpan at = TimeSpan.FromSeconds(round);
            recorder.Record(1, at, map);
            recorder.RecordShares(1, at, 1536, 512, 0.9, 64);
            recorder.RecordExactHits(at, 0.95);
        }

        return recorder;
    }
}
