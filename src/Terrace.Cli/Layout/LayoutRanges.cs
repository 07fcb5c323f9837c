using System.Globalization;
using System.Text;
using Terrace.Core.Layout;

namespace Terrace.Cli.Layout;

/// <summary>Layouts in state files: <c>0-256=0 256-512=1</c>, each range with its first page, one past its last, and its node.</summary>
internal static class LayoutRanges
{
    public static string Write(MemoryLayout layout)
    {
        StringBuilder text = new();
        foreach (FrameRange range in layout.Ranges)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? " " : "")}{range.Start}-{range.End}={range.Node}");
        }

        return text.ToString();
    }

    /// <exception cref="InvalidDataException">It is nothing that <see cref="Write"/> wrote.</exception>
    public static MemoryLayout Read(string text)
    {
        List<FrameRange> ranges = [];
        try
        {
            foreach (Range word in text.AsSpan().Split(' '))
            {
                ReadOnlySpan<char> range = text.AsSpan(word);
                int dash = range.IndexOf('-');
                int equals = range.IndexOf('=');
                if (range.IsEmpty)
                {
                    continue;
                }

                ranges.Add(new FrameRange(
                    ulong.Parse(range[..dash], NumberStyles.None, CultureInfo.InvariantCulture),
                    ulong.Parse(range[(dash + 1)..equals], NumberStyles.None, CultureInfo.InvariantCulture),
                    int.Parse(range[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture)));
            }

            return MemoryLayout.Of(ranges);
        }
        catch (Exception problem) when (problem is FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException("its ranges are damaged", problem);
        }
    }
}
