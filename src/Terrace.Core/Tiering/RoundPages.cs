using Terrace.Core.Machine;

namespace Terrace.Core.Tiering;

/// <summary>The pages (4 KiB units) of a target in one round.</summary>
public readonly record struct RoundPages
{
    /// <summary>Managed pages that were mapped at the end of the round's scans and can be moved.</summary>
    public long Mapped { get; init; }

    /// <summary>
    /// Further pages that cannot be moved, as their moves failed again and again (pinned by a device, shared with a process of
    /// others): no part of any other figure here.
    /// </summary>
    public long Immovable { get; init; }

    /// <summary>Those of <see cref="Immovable"/> that are in the top tier.</summary>
    public long ImmovableFast { get; init; }

    /// <summary>Tiers of the machine, at most <see cref="Tier.Max"/>.</summary>
    public int Tiers { get; init; }

    /// <summary>Pages in each tier before the round's moves.</summary>
    public TierPages Before { get; init; }

    /// <summary>Pages in each tier after the round's moves.</summary>
    public TierPages After { get; init; }

    /// <summary>Pages that the target may have in the top tier.</summary>
    public long Budget { get; init; }

    /// <summary>Pages accessed in every scan of the round.</summary>
    public long Hot { get; init; }

    /// <summary>Pages accessed in at least one scan of the round.</summary>
    public long Touched { get; init; }

    /// <summary>Pages whose heat is 0: not accessed for several rounds.</summary>
    public long Cold { get; init; }

    /// <summary>Smallest heat that counts as hot: the hottest pages that fit the budget have at least this much.</summary>
    public int HotThreshold { get; init; }

    /// <summary>
    /// Share of accesses that the top tier is estimated to serve, from heat, before the moves; an estimate by accessed bits, not a
    /// count. 0 to 1.
    /// </summary>
    public double EstimatedHitRatio { get; init; }
}
