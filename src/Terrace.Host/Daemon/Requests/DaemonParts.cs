using Microsoft.Extensions.Logging;
using Terrace.Core.Tiering;
using Terrace.Host.Guests;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;

namespace Terrace.Host.Daemon.Requests;

/// <summary>What requests are answered from. Each request takes what it needs.</summary>
internal sealed record DaemonParts
{
    public required ILoopThread Loop { get; init; }

    public required LinuxMachine Machine { get; init; }

    public required TieringEngine Engine { get; init; }

    public required ManagedProcesses Processes { get; init; }

    public required DaemonReport Report { get; init; }

    public required MetricsOutlets Outlets { get; init; }

    public required ConfigurationReload Reload { get; init; }

    public required EventHub Events { get; init; }

    public required LayoutPublisher Layouts { get; init; }

    public required ILogger Log { get; init; }
}
