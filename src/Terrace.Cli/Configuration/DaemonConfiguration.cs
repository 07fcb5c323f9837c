using Terrace.Core.Tiering;

namespace Terrace.Cli.Configuration;

/// <summary>What a configuration file says: settings of the whole host, and rules for targets.</summary>
internal sealed record DaemonConfiguration
{
    /// <summary>Cadence and headroom of the host, and the rate limit of all targets together.</summary>
    public TieringOptions Tiering { get; init; } = new();

    /// <summary>Part of one CPU that Terrace itself may take over time, 0 to 1.</summary>
    public double CpuLimit { get; init; } = 0.03;

    /// <summary>The rules in the order of the file; the first that matches a process decides.</summary>
    public IReadOnlyList<TargetRule> Rules { get; init; } = [];
}
