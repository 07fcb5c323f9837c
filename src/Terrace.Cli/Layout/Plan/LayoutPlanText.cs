using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Cli.Layout.Plan;

/// <summary>Writes a <see cref="LayoutPlanReport"/> for people.</summary>
internal static class LayoutPlanText
{
    private const int MostRanges = 16;

    public static void Write(TextWriter writer, LayoutPlanReport report, string target)
    {
        writer.WriteLine($"{Printable.Of(report.Memory)}: {Size(report.Pages)}, {Size(report.InUsePages)} in memory; {report.Scans} scans, {HumanDuration.Format(TimeSpan.FromMilliseconds(report.IntervalMs))} apart, of {ProcessesOf(report)}");
        writer.WriteLine($"share of fast memory: {Size(report.SharePages)}, in blocks of {PageText.Format((ulong)report.BlockPages)}");
        writer.WriteLine();
        TextTable table = new("", "now", "with this plan", "page by page");
        table.Add("in fast memory", Size(report.FastPagesNow), Size(report.FastPagesThen), Size(report.SharePages));
        table.Add("accesses served by it", Percent.Of(report.FastAccessesNow), Percent.Of(report.FastAccessesThen), Percent.Of(report.FastAccessesByPages));
        table.Write(writer);
        writer.WriteLine();
        writer.WriteLine($"moves {Size(report.UpPages + report.DownPages)}: {Size(report.UpPages)} to fast memory, {Size(report.DownPages)} to slower");
        writer.WriteLine($"placing single pages would serve {Points(report.FastAccessesByPages - report.FastAccessesThen)} of the accesses more from fast memory");
        writer.WriteLine();
        TextTable ranges = new("from", "to", "node");
        foreach (LayoutRangeReport range in report.Ranges.Take(MostRanges))
        {
            ranges.Add(PageText.Format(range.Start / Chunk.PageBytes), PageText.Format(range.End / Chunk.PageBytes), range.Node.ToString(CultureInfo.InvariantCulture));
        }

        ranges.Write(writer);
        if (report.Ranges.Count > MostRanges)
        {
            writer.WriteLine($"and {report.Ranges.Count - MostRanges} more; --output and --json have all");
        }

        writer.WriteLine();
        writer.WriteLine(report.Applied is not null ? "carried out:"
            : report.File is { } file ? $"written to {Printable.Of(file)}; sudo terrace layout apply {Printable.Of(target)} {Printable.Of(file)} carries it out"
            : "nothing was changed; --output FILE writes it to a file for terrace layout apply, --apply carries it out");
    }

    private static string ProcessesOf(LayoutPlanReport report)
    {
        LayoutUserReport first = report.Processes[0];
        return report.Processes.Count == 1
            ? $"{Printable.Of(first.Name)} ({first.Pid}) by {first.Tracker}"
            : $"{report.Processes.Count} processes by {string.Join(", ", report.Processes.Select(process => process.Tracker).Distinct())}";
    }

    private static string Points(double fraction) => (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Size(long pages) => ByteSize.Format(pages * Chunk.PageBytes);
}
