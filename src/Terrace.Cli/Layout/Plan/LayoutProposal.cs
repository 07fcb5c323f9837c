using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Layout.Plan;

/// <summary>
/// A plan for some memory whose heat is known and whose pages were gone through, within a share that the machine has room for.
/// </summary>
/// <param name="Plan">The plan.</param>
/// <param name="Report">What there is to say of it.</param>
internal sealed record LayoutProposal(LayoutPlan Plan, LayoutPlanReport Report)
{
    /// <summary>Makes it.</summary>
    /// <param name="blocks">The memory's blocks; all pages were gone through.</param>
    /// <param name="share">The share of fast memory that was asked for.</param>
    /// <param name="machine">The machine, read afresh.</param>
    /// <param name="report">What is known without the plan.</param>
    /// <exception cref="CommandFailure">No access was seen.</exception>
    public static LayoutProposal Of(HeatBlocks blocks, FastShare share, IMachine machine, LayoutPlanReport report)
    {
        long room = blocks.FastPages + machine.Topology.Tiers[0].Sum(
            node => Math.Max(0, machine.FreeBytes(node) - machine.ReserveBytes(node)) / Chunk.PageBytes);
        long asked = share.PagesOf(report.Pages) ?? Math.Min(room, report.Pages);
        long pages = Math.Min(asked, room);
        LayoutPlan plan = LayoutPlanner.Plan(blocks.End(), pages, report.Scans);
        if (plan.Heat == 0)
        {
            throw new CommandFailure(
                ExitCode.Unavailable,
                $"no page was seen accessed in {report.Scans} scans",
                "plan while the memory is in use, with a longer --interval or more --scans");
        }

        List<LayoutRangeReport> ranges = [];
        foreach (FrameRange range in plan.Layout.Ranges)
        {
            ranges.Add(new LayoutRangeReport(range.Start * Chunk.PageBytes, range.End * Chunk.PageBytes, range.Node));
        }

        return new LayoutProposal(plan, report with
        {
            InUsePages = blocks.InUsePages,
            SharePages = pages,
            FastPagesNow = blocks.FastPages,
            FastPagesThen = plan.FastPages,
            FastAccessesNow = (double)plan.HeatNow / plan.Heat,
            FastAccessesThen = (double)plan.HeatThen / plan.Heat,
            FastAccessesByPages = (double)blocks.HeatOfHottest(pages) / plan.Heat,
            UpPages = plan.UpPages,
            DownPages = plan.DownPages,
            Notes = asked > room
                ?
                [
                    .. report.Notes,
                    $"fast memory has room for {ByteSize.Format(room * Chunk.PageBytes)} of the "
                        + $"{ByteSize.Format(asked * Chunk.PageBytes)} that were asked for; terrace topology shows what is free",
                ]
                : report.Notes,
            Ranges = ranges,
        });
    }
}
