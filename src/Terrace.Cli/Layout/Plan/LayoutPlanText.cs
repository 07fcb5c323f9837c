using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Layout.Plan;

/// <summary>Writes a <see cref="LayoutPlanReport"/> for people.</summary>
internal static class LayoutPlanText
{
    private const int MostRanges = 16;

    public static void Write(TextOutput output, LayoutPlanReport report, string target)
    {
        output.WriteText(
            $"{report.Memory}: {Size(report.Pages)}, {Size(report.InUsePages)} in memory; {report.Scans} scans, "
                + $"{HumanDuration.Format(TimeSpan.FromMilliseconds(report.IntervalMs))} apart, of {ProcessesOf(report)}");
        output.WriteText($"share of fast memory: {Size(report.SharePages)}, in blocks of {PageText.Format((ulong)report.BlockPages)}");
        output.WriteLine();
        TextTable table = new("", "now", "with this plan", "page by page");
        table.Add("in fast memory", Size(report.FastPagesNow), Size(report.FastPagesThen), Size(report.SharePages));
        table.Add(
            "accesses served by it",
            Percent.Of(report.FastAccessesNow),
            Percent.Of(report.FastAccessesThen),
            Percent.Of(report.FastAccessesByPages));
        output.Write(table);
        output.WriteLine();
        output.WriteText(
            $"moves {Size(report.UpPages + report.DownPages)}: {Size(report.UpPages)} to fast memory, {Size(report.DownPages)} to slower");
        output.WriteText(
            $"placing single pages would serve {Points(report.FastAccessesByPages - report.FastAccessesThen)} of the accesses more from "
                + $"fast memory");
        output.WriteLine();
        TextTable ranges = new("from", "to", "node");
        foreach (LayoutRangeReport range in report.Ranges.Take(MostRanges))
        {
            ranges.Add(
                PageText.Format(range.Start / Chunk.PageBytes),
                PageText.Format(range.End / Chunk.PageBytes),
                range.Node.ToString(CultureInfo.InvariantCulture));
        }

        output.Write(ranges);
        if (report.Ranges.Count > MostRanges)
        {
            output.WriteLine($"and {report.Ranges.Count - MostRanges} more; --output and --json have all");
        }

        output.WriteLine();
        output.WriteText(report.Applied is not null ? "carried out:"
            : report.File is { } file ? $"written to {file}; sudo terrace layout apply {target} {file} carries it out"
            : "nothing was changed; --output FILE writes it to a file for terrace layout apply, --apply carries it out");
    }

    private static string ProcessesOf(LayoutPlanReport report)
    {
        LayoutUserReport first = report.Processes[0];
        return report.Processes.Count == 1
            ? $"{first.Name} ({first.Pid}) by {first.Tracker}"
            : $"{report.Processes.Count} processes by {string.Join(", ", report.Processes.Select(process => process.Tracker).Distinct())}";
    }

    private static string Points(double fraction) => (fraction * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Size(long pages) => ByteSize.Format(pages * Chunk.PageBytes);
}
