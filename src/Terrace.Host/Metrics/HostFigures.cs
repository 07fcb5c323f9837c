using Terrace.Core.Machine;

namespace Terrace.Host.Metrics;

/// <summary>How the daemon and the host are right now.</summary>
internal sealed record HostFigures
{
    public int Groups { get; init; }

    public int Processes { get; init; }

    /// <summary>Processes that rules take and that are not managed for want of descriptors.</summary>
    public int WaitingProcesses { get; init; }

    /// <summary>Processes that are not looked at, because a look at them does not come to an end.</summary>
    public int AsideProcesses { get; init; }

    /// <summary>Processes that wait for their users' turn to be looked at.</summary>
    public int UnseenProcesses { get; init; }

    /// <summary>Descriptors that the daemon may have open.</summary>
    public int DescriptorLimit { get; init; }

    public bool IsPaused { get; init; }

    /// <summary>Part of one CPU that the program may take over time.</summary>
    public double CpuLimit { get; init; }

    public long TrackingBytes { get; init; }

    /// <summary>The kernel reports processes.</summary>
    public bool ProcessEvents { get; init; }

    /// <summary>How often process events were lost and made up for.</summary>
    public long EventOverruns { get; init; }

    /// <summary>The configuration on disk cannot be used, and an older one is in force.</summary>
    public bool ConfigurationIsBad { get; init; }

    /// <summary>Memory of each tier and what is free of it, from the fastest down.</summary>
    public IReadOnlyList<(long CapacityBytes, NodeUse Use)> Tiers { get; init; } = [];
}
