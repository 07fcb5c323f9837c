using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;
using Terrace.Reports.Events;

namespace Terrace.Host.Daemon;

/// <summary>Says of one page where it is, how hot, why it is there and what would move it.</summary>
internal static class PageExplainer
{
    private const string CannotMove = "it cannot be moved: several tries failed, as for memory that a device, RDMA or io_uring has "
        + "pinned, or that a process of somebody else maps too; it is no part of the share";

    /// <summary>Explains from what the last scan saw; the mapping is left to <see cref="WithMapping"/>, which takes its time.</summary>
    public static PageExplanation Explain(ManagedTarget target, HeatMap heat, IMachine machine, TieringEngine engine, ulong address)
    {
        int page = (int)((address >> Chunk.PageShift) & (Chunk.Pages - 1));
        PageExplanation facts = new()
        {
            Pid = target.Pid,
            Name = target.Process.Name,
            Group = target.Group.Name,
            Address = "0x" + address.ToString("x", CultureInfo.InvariantCulture),
            Scans = heat.CountedScans,
            HotThreshold = target.Pages.HotThreshold,
            BudgetBytes = target.Pages.Budget * Chunk.PageBytes,
            FastBytes = target.Pages.After[Tier.Top] * Chunk.PageBytes,
            Why = "the last scan saw no page there that may be moved: nothing is mapped, it was never touched, is in swap, or belongs "
                + "to a mapping that is left alone",
            WhatWouldMoveIt = "a page must be there: its first access allocates it",
        };
        if (!heat.TryFind(address, out HeatChunk chunk) || !chunk.IsPresent(page))
        {
            return target.Process.IsChosen(address)
                ? facts with
                {
                    Why = "the process itself placed it by a memory policy, and Terrace respects that",
                    WhatWouldMoveIt = "override-placement: true in its rule",
                }
                : !machine.Topology.HasSlowTier
                ? facts with
                {
                    Why = "no slow memory is there now, so that all processes are left alone",
                    WhatWouldMoveIt = "a node of another tier; terrace status says which is missed",
                }
                : !target.Process.HasTiers
                ? facts with
                {
                    Why = "the process's cpuset allows the nodes of one tier only",
                    WhatWouldMoveIt = "nodes of another tier in cpuset.mems of its control group",
                }
                : facts;
        }

        int place = chunk.PlaceOf(page);
        facts = facts with
        {
            Known = true,
            Huge = chunk.IsHuge,
            FolioBytes = !chunk.IsHuge && chunk.UnitOf(page).Pages is > 1 and var folio ? (long)folio * Chunk.PageBytes : 0,
            Tier = machine.Places.TierOf(place),
            Nodes = [.. machine.Places.NodesOf(place)],
            Heat = chunk.HeatOf(page),
            Count = chunk.CountOf(page),
            RestingRounds = chunk.RestOf(page),
        };
        bool dryRun = engine.Options.DryRun || target.Group.Options is { DryRun: true };
        string standstill = Standstill(
            engine.IsPaused, target.Group.IsPaused, dryRun, target.MoveRate, BackOffNames.NamesOf(target.BackOff));
        if (chunk.Area > 0 && chunk.Area <= target.Areas.Count)
        {
            return OfArea(facts, target.Areas[chunk.Area - 1], standstill);
        }

        if (heat.IsImmovable(address))
        {
            return facts with { Why = CannotMove, WhatWouldMoveIt = "an end of what holds it; it is tried again from time to time" };
        }

        (string why, string what) = Reasons(facts, target.Totals.Rounds, standstill);
        return facts with { Why = why, WhatWouldMoveIt = what };
    }

    /// <summary>The same of a page that is part of an area with a share of its own.</summary>
    public static PageExplanation OfArea(PageExplanation page, AreaReport area, string standstill) => page with
    {
        Area = $"{area.Area.Name}: {area.Area.Share}",
        BudgetBytes = area.BudgetPages * Chunk.PageBytes,
        FastBytes = area.FastPages * Chunk.PageBytes,
        Why = (
            page.Tier == 0
                ? "it is part of an area with a share of its own, and among the hottest pages of it that fit that share"
                : "it is part of an area with a share of its own, and colder than the pages of it that fit that share") + standstill,
        WhatWouldMoveIt = page.Tier == 0
            ? "hotter pages of the area in slow memory, or a smaller share for the area or its group"
            : "more heat than they have, or a larger share for the area",
    };

    /// <summary>
    /// Adds what the mappings of the process show: which one the page is part of, how its pages are treated, and whether it is a
    /// guest's memory.
    /// </summary>
    public static PageExplanation WithMapping(
        PageExplanation page, IReadOnlyList<ProcessMapping> mappings, IReadOnlyList<GuestRam> ram, IMappingRules? areas)
    {
        ulong address = ulong.Parse(page.Address.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (MappingAt(mappings, address) is not { } mapping)
        {
            return page;
        }

        page = page with
        {
            Mapping = $"{mapping.Start:x}-{mapping.End:x} {mapping.Permissions} {(mapping.Name.Length > 0 ? mapping.Name : "anonymous")}",
            GuestMemory = ram.Any(part => part.Start <= address && address < part.End),
            GuestAddress = GuestMemory.AddressOf(ram, address) is { } guest
                ? "0x" + guest.ToString("x", CultureInfo.InvariantCulture)
                : null,
        };

        // A huge page is treated as what its first address belongs to.
        ulong decides = page.Huge ? address >> Chunk.Shift << Chunk.Shift : address;
        if (
            MappingAt(mappings, decides) is not { } deciding
                || ProcessMaps.TreatmentAt(deciding, areas, decides, out bool byOperator) is not { } treatment)
        {
            return page with
            {
                Why = "it belongs to a mapping that is left alone: program text, a device, or what the kernel maps by itself",
                WhatWouldMoveIt = "nothing: Terrace does not move such pages",
            };
        }

        string by = byOperator ? "an area of the rule says so" : "its mapping's name says so";
        string other = byOperator ? "another area in the rule" : "an area in the rule, which comes before the name, or another name";
        return treatment switch
        {
            MappingTreatment.Ignored => page with
            {
                Treatment = "ignore",
                Why = $"its mapping is left alone, because {by}",
                WhatWouldMoveIt = other,
            },
            MappingTreatment.Hot when page.Known => page with
            {
                Treatment = "hot",
                Why = $"it is treated as hot whether it is accessed or not, because {by}; {page.Why}",
                WhatWouldMoveIt = page.Tier == 0
                    ? $"a smaller part of fast memory for its group, or {other}"
                    : $"{page.WhatWouldMoveIt}, or {other}",
            },
            MappingTreatment.Cold when page.Known => page with
            {
                Treatment = "cold",
                Why = $"it is treated as cold whether it is accessed or not, because {by}; {page.Why}",
                WhatWouldMoveIt = page.Tier == 0
                    ? $"{page.WhatWouldMoveIt}, or {other}"
                    : $"fast memory that no hotter page needs, or {other}",
            },
            MappingTreatment.Hot => page with { Treatment = "hot" },
            MappingTreatment.Cold => page with { Treatment = "cold" },
            _ => page,
        };
    }

    /// <summary>Why nothing is moved now, as the end of a sentence; empty when pages may move.</summary>
    public static string Standstill(bool allPaused, bool groupPaused, bool dryRun, double moveRate, IEnumerable<string> backOff) =>
        allPaused ? "; all management is paused, so nothing moves it now"
            : groupPaused ? "; its group is paused, so nothing moves it now"
            : dryRun ? "; this is a dry run: decisions are not carried out"
            : moveRate == 0 ? $"; promotions are held back now: {BackOffNames.Describe(backOff)}"
            : "";

    /// <summary>Why a page that is known is where it is, and what would move it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="rounds">Rounds of its process so far.</param>
    /// <param name="standstill">Why nothing is moved now, or empty.</param>
    public static (string Why, string WhatWouldMoveIt) Reasons(PageExplanation page, long rounds, string standstill)
    {
        if (rounds == 0)
        {
            return ("it is where the kernel put it: the first round is not over yet" + standstill, "the next rounds");
        }

        bool hot = page.Heat >= page.HotThreshold;
        if (page.Tier == 0)
        {
            return hot
                ? (
                    "it is among the hottest pages that fit its group's part of fast memory" + standstill,
                    (page.HotThreshold > 0
                        ? $"heat below {page.HotThreshold} for some rounds while hotter pages wait in slow memory, or "
                        : "")
                        + "a smaller part of fast memory for its group")
                : (
                    "it is colder than the pages that fast memory is for, but no page below is hotter by enough to pay for the move"
                        + standstill,
                    "a page of slow memory that becomes hotter by at least 2, or a smaller part of fast memory for its group");
        }

        if (!hot)
        {
            return (
                "it is colder than the pages that fit its group's part of fast memory" + standstill,
                $"heat of {page.HotThreshold} or more: being accessed in most scans of the next rounds, or a larger part of fast memory "
                    + $"for its group");
        }

        return page.RestingRounds > 0
            ? (
                "it is hot enough for fast memory, but was moved recently and rests, so that it does not move back and forth" + standstill,
                $"{page.RestingRounds} more rounds of this heat")
            : (
                "it is hot enough for fast memory, but not by so much more than the pages there that the exchange would pay, or its "
                    + "turn has not come yet"
                    + standstill,
                "more heat, colder pages in fast memory, or a larger part of it for its group");
    }

    private static ProcessMapping? MappingAt(IReadOnlyList<ProcessMapping> mappings, ulong address) =>
        mappings.FirstOrDefault(mapping => mapping.Start <= address && address < mapping.End);
}
