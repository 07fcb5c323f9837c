using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Core.Units;

namespace Terrace.Cli.Scan;

/// <summary>Writes a scan for people.</summary>
internal static class ScanText
{
    private const int BarWidth = 50;

    // One sign for each tier, and one colour where colour may be used.
    private static readonly char[] s_signs = ['█', '▒', '░', '·'];
    private static readonly Tone[] s_tones = [Tone.Tier0, Tone.Tier1, Tone.Tier2, Tone.Tier3];

    public static void Write(TextOutput output, ScanReport report)
    {
        output.WriteText(
            $"{report.Name} ({report.Pid}): {Size(report.Pages)} in {Counted.Of(report.Scans, "scan")}, {report.IntervalMs:0} ms apart, by "
                + $"{report.Tracker}");
        output.WriteLine();
        WriteHistogram(output, report);
        output.WriteLine();
        TextTable tiers = new("tier", "nodes", "memory", "hot", "cold");
        foreach (ScanTier tier in report.Tiers)
        {
            tiers.Add(Number(tier.Tier), TopologyText.Ranges(tier.Nodes), Size(tier.Pages), Size(tier.HotPages), Size(tier.ColdPages));
        }

        output.Write(tiers);
        WriteRanges(output, report, "mappings with the most hot memory", report.Mappings);
        WriteRanges(output, report, "hottest ranges in them", report.Hottest);
        if (report.GuestMemory.Count > 0)
        {
            output.WriteLine();
            output.WriteLine("memory of its guest");
            TextTable guest = new("from", "to", "guest-physical", "backend");
            foreach (ScanGuestRange range in report.GuestMemory)
            {
                guest.Add(range.Start, range.End, range.GuestStart ?? "not known", range.Backend);
            }

            output.Write(guest, indent: 2);
        }

        output.WriteLine();
        output.WriteText(
            $"cost: reading {Time(report.ReadMs)}, clearing {Time(report.ClearMs)} "
                + $"(longest {Time(report.LongestClearMs)}, {report.Clearer}), "
                + $"{ByteSize.Format(report.TrackingBytes)} of memory");
    }

    private static void WriteRanges(TextOutput output, ScanReport report, string heading, IReadOnlyList<ScanRange> found)
    {
        if (found.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine(heading);
        TextTable ranges = new("hot", "of", "mean heat", "in tier 0", "from", "to", "mapping");
        foreach (ScanRange range in found)
        {
            ranges.Add(
                Size(range.HotPages),
                Size(range.Pages),
                string.Create(CultureInfo.InvariantCulture, $"{range.MeanHeat:0.00} of {report.Scans}"),
                Percent.Of(range.FastShare),
                range.Start,
                range.End,
                range.Mapping);
        }

        output.Write(ranges, indent: 2);
    }

    private static void WriteHistogram(TextOutput output, ScanReport report)
    {
        long most = Math.Max(1, report.Histogram.Max(level => level.PagesByTier.Sum()));
        int widest = BarWidthIn(output.Width);
        output.WriteLine([
            "seen accessed in … ", .. report.Tiers.SelectMany(tier => (Ink[])["  ", Bar(tier.Tier, 2), $" tier {tier.Tier}"]),
        ]);
        foreach (ScanLevel level in report.Histogram.Reverse())
        {
            string name = level.Heat == report.Scans ? "every scan (hot)"
                : level.Heat == 0 ? "no scan (cold)"
                : $"{level.Heat} of {report.Scans} scans";
            long pages = level.PagesByTier.Sum();
            output.WriteLine([
                $"{name,-17} {Size(pages),9}  ",
                .. level.PagesByTier.Select((count, tier) => Bar(tier, (int)Math.Ceiling((double)count * widest / most))),
            ]);
        }
    }

    // A name and a size stand before a bar, and each tier's part of it is rounded up.
    private static int BarWidthIn(int? columns) => columns is { } width ? Math.Clamp(width - 30 - s_signs.Length, 10, BarWidth) : BarWidth;

    private static Ink Bar(int tier, int length)
    {
        int kind = Math.Min(tier, s_signs.Length - 1);
        return new Ink(new string(s_signs[kind], length), s_tones[kind]);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Size(long pages) => ByteSize.Format(pages * Chunk.PageBytes);

    private static string Time(double milliseconds) => HumanDuration.Format(TimeSpan.FromMilliseconds(milliseconds));
}
