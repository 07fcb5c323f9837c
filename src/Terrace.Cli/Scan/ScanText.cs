using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Cli.Topologies;
using Terrace.Core.Units;

namespace Terrace.Cli.Scan;

/// <summary>Writes a scan for people.</summary>
internal static class ScanText
{
    private const int BarWidth = 50;

    // One sign for each tier where colour may not be used, one colour of the 256 where it may.
    private static readonly char[] s_signs = ['█', '▒', '░', '·'];
    private static readonly int[] s_colours = [208, 39, 25, 60];

    public static void Write(TextWriter writer, ScanReport report, bool colour)
    {
        writer.WriteLine($"{report.Name} ({report.Pid}): {Size(report.Pages)} in {report.Scans} scans, {report.IntervalMs:0} ms apart, by {report.Tracker}");
        writer.WriteLine();
        WriteHistogram(writer, report, colour);
        writer.WriteLine();
        TextTable tiers = new("tier", "nodes", "memory", "hot", "cold");
        foreach (ScanTier tier in report.Tiers)
        {
            tiers.Add(Number(tier.Tier), TopologyText.Ranges(tier.Nodes), Size(tier.Pages), Size(tier.HotPages), Size(tier.ColdPages));
        }

        tiers.Write(writer);
        writer.WriteLine();
        writer.WriteLine("hottest ranges");
        TextTable ranges = new("from", "to", "memory", "heat", "in tier 0", "mapping");
        foreach (ScanRange range in report.Hottest)
        {
            ranges.Add(range.Start, range.End, Size(range.Pages), string.Create(CultureInfo.InvariantCulture, $"{range.MeanHeat:0.00} of {report.Scans}"), Percent.Of(range.FastShare), range.Mapping);
        }

        ranges.Write(writer, "  ");
        if (report.GuestMemory.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("memory of its guest");
            TextTable guest = new("from", "to", "guest-physical", "backend");
            foreach (ScanGuestRange range in report.GuestMemory)
            {
                guest.Add(range.Start, range.End, range.GuestStart ?? "not known", range.Backend);
            }

            guest.Write(writer, "  ");
        }

        writer.WriteLine();
        writer.WriteLine($"cost: reading {Time(report.ReadMs)}, clearing {Time(report.ClearMs)} (longest {Time(report.LongestClearMs)}), {ByteSize.Format(report.TrackingBytes)} of memory");
    }

    private static void WriteHistogram(TextWriter writer, ScanReport report, bool colour)
    {
        long most = Math.Max(1, report.Histogram.Max(level => level.PagesByTier.Sum()));
        string key = string.Join("  ", report.Tiers.Select(tier => $"{Bar(tier.Tier, 2, colour)} tier {tier.Tier}"));
        writer.WriteLine($"seen accessed in …   {key}");
        foreach (ScanLevel level in report.Histogram.Reverse())
        {
            string name = level.Heat == report.Scans ? "every scan (hot)" : level.Heat == 0 ? "no scan (cold)" : $"{level.Heat} of {report.Scans} scans";
            long pages = level.PagesByTier.Sum();
            string bars = string.Concat(level.PagesByTier.Select((count, tier) => Bar(tier, (int)Math.Ceiling((double)count * BarWidth / most), colour)));
            writer.WriteLine($"{name,-17} {Size(pages),9}  {bars}");
        }
    }

    private static string Bar(int tier, int length, bool colour)
    {
        int kind = Math.Min(tier, s_signs.Length - 1);
        return length == 0 ? "" : colour
            ? string.Create(CultureInfo.InvariantCulture, $"\e[38;5;{s_colours[kind]}m{new string('█', length)}\e[0m")
            : new string(s_signs[kind], length);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Size(long pages) => ByteSize.Format(pages * Chunk.PageBytes);

    private static string Time(double milliseconds) => HumanDuration.Format(TimeSpan.FromMilliseconds(milliseconds));
}
