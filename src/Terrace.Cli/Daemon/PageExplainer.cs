using System.Globalization;
using Terrace.Cli.Control;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;

namespace Terrace.Cli.Daemon;

/// <summary>Says of one page where it is, how hot, why it is there and what would move it.</summary>
internal static class PageExplainer
{
    /// <summary>Explains from what the last scan saw; the mapping's name is left to the caller, who has time for it.</summary>
    public static PageExplanation Explain(ManagedTarget target, HeatMap heat, IMachine machine, ulong address)
    {
        int page = (int)((address >> Chunk.PageShift) & (Chunk.Pages - 1));
        PageExplanation facts = new()
        {
            Pid = target.Pid,
            Name = target.Process.Name,
            Group = target.Group.Name,
            Address = "0x" + address.ToString("x", CultureInfo.InvariantCulture),
            Scans = heat.Scans,
            HotThreshold = target.HotThreshold,
            BudgetBytes = target.BudgetPages * Chunk.PageBytes,
            FastBytes = target.FastPages * Chunk.PageBytes,
            Why = "the last scan saw no page there that may be moved: nothing is mapped, it was never touched, is in swap, or belongs to a mapping that is left alone",
            WhatWouldMoveIt = "a page must be there: its first access allocates it",
        };
        if (!heat.TryFind(address, out HeatChunk chunk) || !chunk.IsPresent(page))
        {
            return target.Process.IsChosen(address)
                ? facts with { Why = "the process chose by a memory policy where it lies, and that is respected", WhatWouldMoveIt = "override-placement: true in its rule" }
                : !target.Process.HasTiers
                ? facts with { Why = "the process's cpuset allows the nodes of one tier only", WhatWouldMoveIt = "nodes of another tier in cpuset.mems of its control group" }
                : facts;
        }

        int place = chunk.PlaceOf(page);
        facts = facts with
        {
            Known = true,
            Huge = chunk.IsHuge,
            Tier = machine.Places.TierOf(place),
            Nodes = [.. machine.Places.NodesOf(place)],
            Heat = chunk.HeatOf(page),
            Count = chunk.CountOf(page),
            RestingRounds = chunk.RestOf(page),
        };
        (string why, string what) = Reasons(target, facts);
        return facts with { Why = why, WhatWouldMoveIt = what };
    }

    private static (string Why, string WhatWouldMoveIt) Reasons(ManagedTarget target, PageExplanation page)
    {
        if (target.Rounds == 0)
        {
            return ("it is where the kernel put it: the first round is not over yet", "the rounds to come");
        }

        bool hot = page.Heat >= target.HotThreshold;
        string paused = target.Group.IsPaused ? "; its group is paused, so that nothing moves it now" : "";
        if (page.Tier == 0)
        {
            return hot
                ? ("it is among the hottest pages that fit its group's part of fast memory" + paused, $"heat below {target.HotThreshold} for some rounds while hotter pages wait in slow memory, or a smaller part of fast memory for its group")
                : ("it is colder than the pages that fast memory is for, but none that is hotter by enough to pay for the move waits below" + paused, "a page of slow memory that becomes hotter by at least 2, or a smaller part of fast memory for its group");
        }

        if (!hot)
        {
            return ($"it is colder than the pages that fit its group's part of fast memory" + paused, $"heat of {target.HotThreshold} or more: being accessed in most scans of the next rounds, or a larger part of fast memory for its group");
        }

        return page.RestingRounds > 0
            ? ("it is hot enough for fast memory, but was moved lately and rests, so that it does not move to and fro" + paused, $"{page.RestingRounds} more rounds of this heat")
            : ("it is hot enough for fast memory, but not by so much more than the pages there that the exchange would pay, or its turn has not come yet" + paused, "more heat, colder pages in fast memory, or a larger part of it for its group");
    }
}
