using System.Numerics;
using Terrace.Reports.Pictures;
using Terrace.Reports.Pictures.Letters;

namespace Terrace.Reports.Tests.Pictures;

public sealed class PictureLettersTests
{
    [Fact]
    public void Every_sign_that_a_picture_writes_is_in_the_font()
    {
        IEnumerable<char> written = Pictured.TextsOf(Pictured.DrawSvg(Pictured.Server())).SelectMany(text => text);
        IEnumerable<char> ascii = Enumerable.Range(' ', '~' - ' ' + 1).Select(sign => (char)sign);
        Assert.All(
            written.Concat(ascii).Concat("·–×’µ…°±äöüßé").Distinct(),
            sign => Assert.True(PictureLetters.Font.Has(sign), $"'{sign}'"));
        Assert.False(PictureLetters.Font.Has('漢'));
    }

    // As fontTools reads them from the font's table hmtx; an em is 2048 units.
    [Theory]
    [InlineData('W', 2025)]
    [InlineData('i', 569)]
    [InlineData('a', 1255)]
    [InlineData('0', 1303)]
    public void Letters_are_as_wide_as_another_reader_of_the_font_says(char letter, int units) =>
        Assert.Equal(units / 2048f, PictureLetters.Font.Of(letter).Advance, 5);

    [Fact]
    public void Capitals_are_higher_than_small_letters_and_descenders_go_below_the_line()
    {
        Assert.InRange(Bounds('H').Bottom, -0.01f, 0.01f);
        Assert.InRange(Bounds('H').Top, 0.7f, 0.76f);
        Assert.InRange(Bounds('x').Top, 0.5f, 0.58f);
        Assert.InRange(Bounds('p').Bottom, -0.25f, -0.15f);

        // Made of two letters: the dots are above the a.
        Assert.True(Bounds('ä').Top > Bounds('a').Top + 0.1f);
        Assert.Equal(Bounds('a').Bottom, Bounds('ä').Bottom, 3);
    }

    [Fact]
    public void Small_letters_are_drawn_as_small_letters()
    {
        Assert.NotEqual(Draw("60 s").Pixels, Draw("60 S").Pixels);
        Assert.NotEqual(Draw("Zipf's").Pixels, Draw("Zipf\uFFFDs").Pixels);
        Assert.Equal(Draw("漢").Pixels, Draw("\uFFFD").Pixels);
    }

    [Fact]
    public void A_letter_covers_as_much_as_its_outline_and_has_a_hole_where_it_should()
    {
        // The area inside closed lines by the shoelace formula; counters turn the other way.
        double area = Math.Abs(
            PictureLetters.Font.Of('o').Outline.Sum(line => line.Zip([.. line[1..], line[0]], Cross).Sum() / 2));
        const int Size = 60;
        Raster raster = Draw("o", Size);
        double ink = 0;
        for (int i = 0; i < raster.Pixels.Length; i += 3)
        {
            ink += (255 - raster.Pixels[i]) / 255.0;
        }

        Assert.Equal(area * Size * Size, ink, area * Size * Size * 0.01);
        double width = PictureLetters.WidthOf("o", Size);
        Assert.Equal(255, raster[(int)(width / 2), Size - (int)(Size * 0.27)].R);
    }

    [Theory]
    [InlineData("short", 100, "short")]
    [InlineData("a name that does not fit", 60, "a name…")]
    public void Text_that_does_not_fit_is_cut_and_says_so(string text, double width, string fitted)
    {
        string cut = PictureLetters.Fit(text, 11, width);
        Assert.Equal(fitted, cut);
        Assert.True(PictureLetters.WidthOf(cut, 11) <= width);
    }

    [Fact]
    public void The_licence_is_in_the_font_that_is_shipped()
    {
        using Stream stream = typeof(PictureLetters).Assembly.GetManifestResourceStream("letters.ttf")!;
        byte[] font = new byte[stream.Length];
        stream.ReadExactly(font);
        string names = System.Text.Encoding.BigEndianUnicode.GetString(font);
        string shifted = System.Text.Encoding.BigEndianUnicode.GetString(font, 1, font.Length - 1);
        Assert.Contains("Permission is hereby granted, free of charge", names + shifted, StringComparison.Ordinal);
    }

    private static (float Bottom, float Top) Bounds(char letter)
    {
        Vector2[] points = [.. PictureLetters.Font.Of(letter).Outline.SelectMany(line => line)];
        return (points.Min(point => point.Y), points.Max(point => point.Y));
    }

    private static float Cross(Vector2 a, Vector2 b) => (a.X * b.Y) - (b.X * a.Y);

    private static Raster Draw(string text, double size = 11)
    {
        RasterCanvas canvas = new(200, 80, 1);
        canvas.Fill(0, 0, 200, 80, PictureInk.Paper);
        canvas.Text(0, size, text, new Rgb(0, 0, 0), size);
        return canvas.Raster;
    }
}
