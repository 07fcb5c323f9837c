using System.Globalization;

namespace Terrace.Reports.Pictures;

/// <summary>A colour.</summary>
internal readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>Between two colours; 0 is the first.</summary>
    public static Rgb Mix(Rgb a, Rgb b, double part) => new(Part(a.R, b.R, part), Part(a.G, b.G, part), Part(a.B, b.B, part));

    /// <summary>As CSS writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{R:x2}{G:x2}{B:x2}");

    private static byte Part(byte a, byte b, double part) => (byte)Math.Round(a + ((b - a) * Math.Clamp(part, 0, 1)));
}
