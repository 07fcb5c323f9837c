using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class HeatPictureTests
{
    [Fact]
    public void Svg_is_well_formed_with_axes_in_human_units_and_a_legend_with_numbers()
    {
        PictureCaption caption = new() { Title = "a <strange> & \"quoted\" \u001btitle", Facts = ["fast share 40%", "on box"] };
        XDocument svg = Pictured.DrawSvg(Pictured.Run(), caption);
        string[] texts = Pictured.TextsOf(svg);
        Assert.Contains("a <strange> & \"quoted\" title", texts);
        Assert.Equal("a <strange> & \"quoted\" title", svg.Root!.Element(Pictured.Svg + "title")!.Value);
        Assert.Contains("fast share 40%  ·  on box", texts);
        Assert.Contains("in fast memory", texts);
        Assert.Contains("in slower memory", texts);
        Assert.Contains("not looked at yet", texts);
        Assert.Contains("not mapped", texts);
        Assert.Contains("counted exactly", texts);
        Assert.Contains("heat: in how many of 3 scans a page was seen accessed", texts);
        Assert.Empty(new[] { "0", "1", "2", "3" }.Except(texts));
        Assert.Contains("10 s", texts);
        Assert.Contains("4 MiB", texts);
        Assert.Contains("0x1400000", texts);
    }

    [Fact]
    public void Curves_are_steps_that_hold_until_the_end_with_a_dot_for_each_round()
    {
        XDocument svg = Pictured.DrawSvg(Pictured.Run());
        double right = svg.Descendants(Pictured.Svg + "image").Select(image => Number(image, "x") + Number(image, "width")).Max();
        List<(double X, double Y)[]> lines =
        [
            .. svg.Descendants(Pictured.Svg + "polyline")
                .Select(line => line.Attribute("points")!.Value.Trim().Split(' ').Select(Point).ToArray()),
        ];
        Assert.All(
            lines.SelectMany(line => line.Zip(line.Skip(1))),
            step => Assert.True(step.First.X == step.Second.X || step.First.Y == step.Second.Y));

        // Pages, budget and estimate reach the edge although the last round ended a second before it.
        Assert.Equal(3, lines.Count(line => line[^1].X == right));
        Assert.Equal(2 * 9, svg.Descendants(Pictured.Svg + "circle").Count());
        string[] texts = Pictured.TextsOf(svg);
        Assert.Contains("33.3 %", texts);
        Assert.Contains("90.0 %", texts);
        Assert.Contains("95.0 %", texts);
    }

    [Fact]
    public void Moves_are_bars_of_the_rounds_that_made_them_with_their_size()
    {
        XDocument svg = Pictured.DrawSvg(Pictured.Run());
        string[] texts = Pictured.TextsOf(svg);
        Assert.Equal(2, texts.Count(text => text == "▲ 2 MiB"));
        Assert.Contains("▼ 0 B", texts);
        Assert.Contains("5 s: 2 MiB to fast memory, 0 B to slower memory", Pictured.NotesOf(svg));
    }

    [Fact]
    public void Pointing_at_a_row_says_which_pages_these_are_and_what_was_known_of_them_then()
    {
        string[] notes = Pictured.NotesOf(Pictured.DrawSvg(Pictured.Server()));
        Assert.InRange(notes.Length, 100, 1600);
        Assert.Contains(
            notes,
            note => note.StartsWith("heap, 0x7d000000, ", StringComparison.Ordinal)
                && note.Contains("\n5 s to 10 s\n", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.Contains("not looked at yet", StringComparison.Ordinal));
        Assert.Contains(
            notes, note => note.Contains("in fast memory: 15.6 % of the pages, seen in 5.0 of 5 scans", StringComparison.Ordinal));
    }

    [Fact]
    public void The_embedded_cells_are_blue_while_slow_and_orange_when_fast()
    {
        XDocument svg = Pictured.DrawSvg(Pictured.Run());
        XElement image = svg.Descendants(Pictured.Svg + "image").MaxBy(image => Number(image, "width"))!;
        string link = image.Attribute(Pictured.Link + "href")!.Value;
        (int width, int height, byte[] pixels) = PngEncoderTests.Decode(Convert.FromBase64String(link["data:image/png;base64,".Length..]));
        Assert.Equal((2 * Number(image, "width"), 2 * Number(image, "height")), (width, height));
        (byte R, byte G, byte B) At(double part) => (
            pixels[(int)(width * part) * 3], pixels[((int)(width * part) * 3) + 1], pixels[((int)(width * part) * 3) + 2]);
        Assert.Equal(HeatColours.Of(1, fast: false), new Rgb(At(0.3).R, At(0.3).G, At(0.3).B));
        Assert.Equal(HeatColours.Of(1, fast: true), new Rgb(At(0.99).R, At(0.99).G, At(0.99).B));
        Assert.Contains(new Rgb(At(0.05).R, At(0.05).G, At(0.05).B), new[] { HeatColours.Unseen, HeatColours.UnseenStripe });
    }

    [Fact]
    public void Where_the_workload_changed_and_what_would_be_best_is_drawn_when_it_is_known()
    {
        PictureCaption caption = Pictured.Caption with { Phases = [TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(9.9)], BestHits = 0.97 };
        XDocument svg = Pictured.DrawSvg(Pictured.Run(), caption);
        Assert.Empty(new[] { "phase 2", "phase 3", "best possible" }.Except(Pictured.TextsOf(svg)));
        Assert.DoesNotContain("best possible", Pictured.TextsOf(Pictured.DrawSvg(Pictured.Run())));
    }

    [Fact]
    public void Names_of_many_phases_are_numbers_that_do_not_lie_on_each_other_and_their_lines_leave_words_alone()
    {
        IEnumerable<TimeSpan> phases = Enumerable.Range(1, 19).Select(at => TimeSpan.FromSeconds(at / 2.0));
        PictureCaption caption = Pictured.Caption with { Phases = [.. phases] };
        XDocument svg = Pictured.DrawSvg(Pictured.Run(), caption);
        List<string> texts = [.. Pictured.TextsOf(svg)];
        Assert.Single(texts, text => text.StartsWith("phase ", StringComparison.Ordinal));
        Assert.Contains("4", texts);
        double Below(string words) => Number(
            svg.Descendants(Pictured.Svg + "text").Single(text => text.Value.StartsWith(words, StringComparison.Ordinal)), "y");
        Assert.InRange(Below("phase 2"), 1, Below("moved by") - 10);
    }

    [Theory]
    [InlineData("heat.PNG", null, 2000, 1720)]
    [InlineData("heat.png", "640x480", 640, 480)]
    [InlineData("heat.png", "1601x1201", 1601, 1201)]
    public void Png_has_the_size_that_was_asked_for_and_shows_orange_and_blue(string name, string? asked, int width, int height)
    {
        PictureSize? size = asked is not null && PictureSize.TryParse(asked, out PictureSize read, out _) ? read : null;
        (int pngWidth, int pngHeight, byte[] pixels) = PngEncoderTests.Decode(Pictured.Draw(Pictured.Run(), name, size: size));
        Assert.Equal((width, height), (pngWidth, pngHeight));
        HashSet<Rgb> colours = [];
        for (int i = 0; i < pixels.Length; i += 3)
        {
            colours.Add(new Rgb(pixels[i], pixels[i + 1], pixels[i + 2]));
        }

        Assert.Contains(HeatColours.Of(1, fast: true), colours);
        Assert.Contains(HeatColours.Of(1, fast: false), colours);
        Assert.Contains(HeatColours.UnseenStripe, colours);
    }

    [Theory]
    [InlineData("640x480")]
    [InlineData("1000x860")]
    [InlineData("4096x700")]
    public void Nothing_is_drawn_outside_whatever_the_size(string asked)
    {
        Assert.True(PictureSize.TryParse(asked, out PictureSize size, out _));
        PictureCaption caption = Pictured.Caption with
        {
            Title = new string('W', 300),
            Processes = new Dictionary<int, string> { [41] = "a server" },
        };
        XDocument svg = Pictured.DrawSvg(Pictured.Server(), caption, size);
        foreach (XElement text in svg.Descendants(Pictured.Svg + "text"))
        {
            double width = Terrace.Reports.Pictures.Letters.PictureLetters.WidthOf(text.Value, Number(text, "font-size"));
            double left = Number(text, "x") - (width * text.Attribute("text-anchor")!.Value switch { "start" => 0, "end" => 1, _ => 0.5 });
            Assert.True(left >= 0 && left + width <= size.Width, $"'{text.Value}' is drawn from {left} to {left + width} of {size.Width}");
            Assert.InRange(Number(text, "y"), 8, size.Height - 2);
        }

        Assert.All(
            svg.Descendants(Pictured.Svg + "rect").Concat(svg.Descendants(Pictured.Svg + "image")),
            rectangle => Assert.InRange(Number(rectangle, "y") + Number(rectangle, "height"), 0, size.Height));
    }

    [Fact]
    public void The_same_run_gives_the_same_picture() =>
        Assert.Equal(Pictured.Draw(Pictured.Server(), "a.png"), Pictured.Draw(Pictured.Server(), "b.png"));

    [Fact]
    public void A_run_without_a_round_still_has_a_picture() =>
        Assert.Contains(
            "no round was finished", Encoding.UTF8.GetString(Pictured.Draw(new HeatRecorder(1), "heat.svg")), StringComparison.Ordinal);

    [Fact]
    public void Without_a_round_nothing_was_looked_at_and_the_legend_has_the_scans_that_a_round_would_have_had()
    {
        HeatRecorder recorder = new(fastPlaces: 1, scans: 5);
        recorder.End(TimeSpan.FromSeconds(2));
        XDocument svg = Pictured.DrawSvg(recorder);
        Assert.Contains("heat: in how many of 5 scans a page was seen accessed", Pictured.TextsOf(svg));
        string unmapped = svg.Descendants(Pictured.Svg + "rect").Count(rect => Number(rect, "height") > 100
            && rect.Attribute("fill")?.Value == HeatColours.Unmapped.ToString()).ToString(CultureInfo.InvariantCulture);
        Assert.Equal("0", unmapped);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    public void Bars_of_moves_stay_within_the_plot_and_out_of_its_labels(int milliseconds)
    {
        HeatRecorder recorder = new(fastPlaces: 1);
        recorder.RecordMoves(TimeSpan.FromMilliseconds(milliseconds), promoted: 256, demoted: 512);
        recorder.End(TimeSpan.FromSeconds(2));
        XElement[] rects = [.. Pictured.DrawSvg(recorder).Descendants(Pictured.Svg + "rect")];
        XElement plot = rects.Where(rect => Number(rect, "height") > 100).MinBy(rect => Number(rect, "width"))!;
        string[] inks = [PictureInk.Up.ToString(), PictureInk.Down.ToString()];
        XElement[] bars = [.. rects.Where(rect => inks.Contains(rect.Attribute("fill")?.Value) && Number(rect, "height") > 10)];
        Assert.Equal(2, bars.Length);
        Assert.All(bars, bar => Assert.InRange(Number(bar, "x"), Number(plot, "x") - 0.1, double.MaxValue));
        Assert.All(bars, bar => Assert.InRange(
            Number(bar, "x") + Number(bar, "width"), 0, Number(plot, "x") + Number(plot, "width") + 0.1));
    }

    [Fact]
    public void Moves_of_a_round_that_was_not_finished_are_in_the_picture()
    {
        HeatRecorder recorder = new(fastPlaces: 1);
        recorder.RecordMoves(TimeSpan.FromSeconds(1), promoted: 256, demoted: 512);
        recorder.RecordMoves(TimeSpan.FromSeconds(2), promoted: 256, demoted: 0);
        recorder.End(TimeSpan.FromSeconds(3));
        string[] texts = Pictured.TextsOf(Pictured.DrawSvg(recorder));
        Assert.DoesNotContain("nothing", texts);
        Assert.Contains("▲ 2 MiB", texts);
        Assert.Contains("▼ 2 MiB", texts);
        Assert.Equal(0, recorder.Rounds);
    }

    private static double Number(XElement element, string name) =>
        double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);

    private static (double X, double Y) Point(string text)
    {
        string[] parts = text.Split(',');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
