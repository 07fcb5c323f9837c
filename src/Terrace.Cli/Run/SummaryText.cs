using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Reports.Events;

namespace Terrace.Cli.Run;

/// <summary>Writes a summary for people.</summary>
internal static class SummaryText
{
    /// <param name="output">Where to.</param>
    /// <param name="summary">What to write.</param>
    /// <param name="isCounted">The share of accesses was counted too, and stands above: an estimate next to it says why it differs.</param>
    public static void Write(TextOutput output, ManagementSummary summary, bool isCounted = false)
    {
        long pages = summary.Processes.Sum(process => process.Pages);
        long before = summary.Processes.Sum(process => process.PagesBefore);
        output.WriteText(
            $"terrace: {(summary.DryRun ? "watched (dry run, nothing moved)" : "managed")} "
                + $"{Counted.Of(summary.Processes.Count, "process")} for {Time(summary.Seconds)} in "
                + $"{Counted.Of(summary.Rounds, "round")}, fast share {summary.Fast}");
        if (summary.Rounds == 0)
        {
            output.WriteText(
                summary.Processes.All(process => process.Gone)
                    ? "  no round was finished: the process exited before the end of its first one"
                    : "  no round was finished: the time was over before the end of the first one");
        }

        if (pages > 0)
        {
            WritePages(output, summary, pages, before, isCounted);
        }

        foreach (TargetSummary process in summary.Processes.Where(process => process.MissedBecause.Count > 0))
        {
            string side = process.MissedPages < 0 ? "beyond" : "missing of";
            Line(
                output,
                "share missed",
                $"{process.Name} ({process.Pid}): {ByteSize.Format(Math.Abs(process.MissedPages) * Chunk.PageBytes)} {side} its share, "
                    + MissedNames.Describe(process.MissedBecause, process.FullNodes));
        }

        WriteMoves(output, summary);
        WriteCost(output, summary);
    }

    private static void WritePages(TextOutput output, ManagementSummary summary, long pages, long before, bool isCounted)
    {
        Line(
            output,
            "pages in fast memory",
            $"{Share(summary.Processes.Sum(process => process.FastPagesBefore), before)} before, "
                + $"{Share(summary.Processes.Sum(process => process.FastPages), pages)} now, of "
                + $"{ByteSize.Format(pages * Chunk.PageBytes)}");
        Line(
            output,
            "accesses it serves",
            !summary.Processes.Any(process => process.IsWarm) ? "no access was seen"
                : $"{Percent.Of(Hits(summary, process => process.HitsBefore))} before, "
                + $"{Percent.Of(Hits(summary, process => process.Hits))} now, estimated from heat"
                + (isCounted ? ", all that Terrace can know; what was counted is above" : ""));
        if (summary.WithheldBytes > 0)
        {
            Line(
                output,
                "kept out by the share",
                $"{ByteSize.Format(summary.WithheldBytes)} that fast memory has room for; --fast auto lets it in");
        }
    }

    private static void WriteMoves(TextOutput output, ManagementSummary summary)
    {
        if (summary.DryRun)
        {
            Line(
                output,
                "would have moved",
                $"{Counted.Of(summary.PlannedPromotions, "page")} up, {summary.PlannedDemotions} down, counted again in each round");
        }
        else
        {
            Line(
                output,
                "moved",
                $"{ByteSize.Format(summary.PromotedBytes)} up, {ByteSize.Format(summary.DemotedBytes)} down, "
                    + $"{Time(summary.MoveMs / 1000)} of calls");
            string stuck = string.Join(
                ", ", Stuck(summary).Where(reason => reason.Pages > 0).Select(reason => $"{reason.Pages} {reason.Name}"));
            Line(output, "pages that did not move", stuck.Length == 0 ? "none" : stuck);
        }

        if (summary.SplitHugePages > 0)
        {
            Line(
                output,
                "huge pages",
                $"{summary.SplitHugePages} split to see which of their pages are hot, {summary.JoinedHugePages} put together again");
        }

        if (summary.SharedHotPages + summary.SharedColdPages > 0)
        {
            Line(
                output,
                "shared with the kernel",
                $"{summary.SharedHotPages} hot pages, {summary.SharedColdPages} cold, counted again in each round, "
                    + $"{Time(summary.ShareMs / 1000)} of calls");
        }
    }

    private static void WriteCost(TextOutput output, ManagementSummary summary)
    {
        string cpu = summary.CpuSeconds is { } seconds
            ? string.Create(
                CultureInfo.InvariantCulture, $"{Time(seconds)} of CPU ({seconds / Math.Max(summary.Seconds, 1e-3) * 100:0.0} % of one), ")
            : "";
        Line(
            output,
            "cost",
            $"{cpu}reading {Time(summary.ReadMs / 1000)}, clearing {Time(summary.ClearMs / 1000)} (longest "
                + $"{Time(summary.LongestClearMs / 1000)}), {ByteSize.Format(summary.TrackingBytes)} of memory for tracking");
        if (summary.FailedScans > 0)
        {
            Line(output, "scans that failed", summary.FailedScans.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<(string Name, long Pages)> Stuck(ManagementSummary summary)
    {
        MoveCounts up = summary.Promoted;
        MoveCounts down = summary.Demoted;
        yield return ("busy", up.Busy + down.Busy);
        yield return ("no memory", up.NoMemory + down.NoMemory);
        yield return ("gone", up.Gone + down.Gone);
        yield return ("denied", up.Denied + down.Denied);
        yield return ("already there", up.AlreadyThere + down.AlreadyThere);
        yield return ("process gone", up.ProcessGone + down.ProcessGone);
    }

    private static double Hits(ManagementSummary summary, Func<TargetSummary, double> hits)
    {
        double pages = summary.Processes.Sum(process => (double)process.Pages);
        return pages == 0 ? 0 : summary.Processes.Sum(process => hits(process) * process.Pages) / pages;
    }

    private static void Line(TextOutput output, string label, string text) => output.WriteNextTo([$"  {label,-24} "], text);

    private static string Share(long part, long all) => all == 0 ? "–" : Percent.Of((double)part / all);

    private static string Time(double seconds) => HumanDuration.Format(TimeSpan.FromSeconds(seconds));
}
