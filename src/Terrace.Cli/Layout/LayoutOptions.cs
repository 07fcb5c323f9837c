using Terrace.Core.Machine;

namespace Terrace.Cli.Layout;

/// <summary>How a layout is to be changed.</summary>
internal sealed record LayoutOptions
{
    public long RateLimitBytesPerSecond { get; init; } = 256L << 20;

    /// <summary>Bytes moved in one batch: until all of them have arrived, whoever touches one of them may wait.</summary>
    public long SliceBytes { get; init; } = 16L << 20;

    /// <summary>When a node is full, take back what was done; else stop there.</summary>
    public bool RollBackOnFull { get; init; } = true;

    /// <summary>The tiers of the nodes where the operator says them.</summary>
    public TierChoice? Tiers { get; init; }

    /// <summary>Write the change down and do not begin it.</summary>
    public bool Prepare { get; init; }

    /// <summary>Say what would be done, and do nothing.</summary>
    public bool DryRun { get; init; }
}
