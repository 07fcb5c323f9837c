namespace Terrace.Core.Machine;

/// <summary>
/// How tiers are named in plans and reports: by index from the fastest down. An index says nothing of what a tier is made of: nodes
/// today, and room for what is no node (docs/decisions/0011-kinds-of-tier.md).
/// </summary>
public static class Tier
{
    /// <summary>The fastest tier.</summary>
    public const int Top = 0;

    /// <summary>Tiers that reports distinguish.</summary>
    public const int Max = 16;

    /// <summary>The index under which a tier is reported: of more than <see cref="Max"/> tiers the slowest are reported as one.</summary>
    public static int Reported(int tier) => Math.Min(tier, Max - 1);
}
