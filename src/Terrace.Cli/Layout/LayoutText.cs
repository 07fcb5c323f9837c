using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;

namespace Terrace.Cli.Layout;

/// <summary>Writes a <see cref="LayoutReport"/> for people.</summary>
internal static class LayoutText
{
    private const int MostRanges = 16;

    public static void Write(TextOutput output, LayoutReport report)
    {
        long pages = (long)report.Pages;
        output.WriteLine(
            $"{report.Memory}: {Size(pages)}, {Size(report.InUsePages)} in memory, {Size(pages - report.InUsePages)} not allocated or "
                + $"swapped out");
        if (HeadOf(report) is { Length: > 0 } head)
        {
            output.WriteLine(head);
        }

        if (report.Nodes.Count > 0)
        {
            output.WriteLine();
            TextTable nodes = new("node", "laid out", "in memory", "to come", "free");
            foreach (LayoutNodeReport node in report.Nodes)
            {
                nodes.Add(
                    node.Node.ToString(CultureInfo.InvariantCulture),
                    Size(node.LaidOutPages),
                    Size(node.InUsePages),
                    Size(node.ToComePages),
                    ByteSize.Format(node.FreeBytes));
            }

            output.Write(nodes);
        }

        if (report.Outcome is LayoutOutcome.Shown or LayoutOutcome.DryRun && report.Ranges.Count > 0)
        {
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
                output.WriteLine($"and {report.Ranges.Count - MostRanges} more; --json has all");
            }
        }
    }

    private static string HeadOf(LayoutReport report) => report.Outcome switch
    {
        LayoutOutcome.Shown => report.Phase switch
        {
            LayoutPhase.None => "layout: none set by terrace",
            LayoutPhase.Prepared => $"layout: prepared, not begun: {report.Command}",
            LayoutPhase.Moving => $"layout: begun and not finished, still to do from {PageText.Format(report.Point ?? 0)} on: "
                + $"{report.Command}",
            LayoutPhase.Back => $"layout: being taken back: {report.Command}",
            _ when report.ElsewherePages == 0 => $"layout: {report.Command}; every page in memory is where it says",
            _ => $"layout: {report.Command}; {Size(report.ElsewherePages)} are elsewhere",
        },
        LayoutOutcome.DryRun => $"would move {Size(report.ElsewherePages)}; nothing was changed",
        LayoutOutcome.Prepared => $"prepared; terrace layout commit carries it out and moves {Size(report.ElsewherePages)}",
        LayoutOutcome.Aborted => "given up; nothing had been changed",
        LayoutOutcome.Done => $"done: {Moved(report)}; every page in memory was looked at and is where the layout says",
        LayoutOutcome.Incomplete => $"in force: {Moved(report)}; {Size(report.ElsewherePages)} are elsewhere",
        LayoutOutcome.RolledBack => $"taken back: {Moved(report)} there and back",
        LayoutOutcome.Full or LayoutOutcome.Interrupted => $"not finished: {Moved(report)}, still to do from "
            + $"{PageText.Format(report.Point ?? 0)} on",
        _ => "",
    };

    private static string Moved(LayoutReport report) =>
        $"{Size(report.MovedPages)} moved in {HumanDuration.Format(TimeSpan.FromMilliseconds(report.Milliseconds))}";

    private static string Size(long pages) => ByteSize.Format(pages * Chunk.PageBytes);
}
