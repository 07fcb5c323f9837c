namespace Terrace.Reports.Pictures.Letters;

/// <summary>
/// The letters of pictures. PNG pictures are drawn with them, and SVG pictures name the same font first, so that both look alike and
/// what is measured here holds for both.
/// </summary>
internal static class PictureLetters
{
    /// <summary>Fonts in order of preference, as CSS writes them; the second has the same widths.</summary>
    public const string Families = "'DejaVu Sans', Verdana, system-ui, sans-serif";

    private const string Resource = "letters.ttf";

    private static readonly Lazy<TrueTypeFont> s_font = new(Read);

    /// <summary>The font.</summary>
    public static TrueTypeFont Font => s_font.Value;

    /// <summary>Width of a line of text.</summary>
    public static double WidthOf(string text, double size) => size * text.Sum(letter => Font.Of(letter).Advance);

    /// <summary>The text, or as much of it as fits with a sign that it was cut.</summary>
    public static string Fit(string text, double size, double width)
    {
        if (WidthOf(text, size) <= width)
        {
            return text;
        }

        int kept = text.Length;
        while (kept > 0 && WidthOf(text[..kept] + "…", size) > width)
        {
            kept--;
        }

        // Not half of a pair.
        kept -= kept > 0 && char.IsHighSurrogate(text[kept - 1]) ? 1 : 0;
        return text[..kept].TrimEnd() + "…";
    }

    private static TrueTypeFont Read()
    {
        using Stream stream = typeof(PictureLetters).Assembly.GetManifestResourceStream(Resource)!;
        byte[] font = new byte[stream.Length];
        stream.ReadExactly(font);
        return new TrueTypeFont(font);
    }
}
