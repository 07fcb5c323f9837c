using System.Buffers.Text;
using Terrace.Linux.Files;

namespace Terrace.Linux.Pressures;

/// <summary>
/// The text of /proc/pressure/* and of a control group's *.pressure (Documentation/accounting/psi.rst):
/// <code>
/// some avg10=0.00 avg60=0.00 avg300=0.00 total=0
/// full avg10=0.00 avg60=0.00 avg300=0.00 total=0
/// </code>
/// The first line is of time in which at least one task waited; averages are in per cent.
/// </summary>
internal static class PressureText
{
    /// <summary>The part of the last ten seconds, 0 to 1, in which some task waited; null when the text does not say.</summary>
    public static double? SomeOfTenSeconds(ReadOnlySpan<byte> text)
    {
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!KernelText.TakeWord(ref line).SequenceEqual("some"u8))
            {
                continue;
            }

            ReadOnlySpan<byte> word = KernelText.TakeWord(ref line);
            ReadOnlySpan<byte> name = "avg10="u8;
            return word.StartsWith(name)
                && Utf8Parser.TryParse(word[name.Length..], out double percent, out int used)
                && used == word.Length - name.Length
                && percent is >= 0 and <= 100
                ? percent / 100
                : null;
        }

        return null;
    }
}
