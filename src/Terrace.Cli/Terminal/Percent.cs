using System.Globalization;

namespace Terrace.Cli.Terminal;

/// <summary>Writes fractions as percentages.</summary>
internal static class Percent
{
    /// <summary><c>0.4213</c> as <c>42.1 %</c>; a dash for what is not known.</summary>
    public static string Of(double? fraction) =>
        fraction is { } known ? (known * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "–";
}
