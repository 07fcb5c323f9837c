using Terrace.Host.Control;
using Terrace.Host.Kernel;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;
using Terrace.Linux.Kernel;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>status</c>: how the daemon does.</summary>
internal sealed class StatusRequest(ILoopThread loop, DaemonReport report, LinuxMachine machine, MetricsOutlets outlets) : DaemonRequest
{
    public override string Name => ControlCommand.Status;

    public override RequestRight Right => RequestRight.Everybody;

    public override async Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        (DaemonStatus status, KernelMode? mode) = await loop.RunAsync(() => (report.Of(peer), report.KernelMode));

        // Read from the kernel's files each time: anybody may change these settings.
        IEnumerable<string> warnings = KernelTieringWarnings.Of(machine.Topology, machine.KernelTiering, mode);
        return new ControlResponse
        {
            Ok = true,
            Status = status with { Warnings = [.. warnings, .. outlets.Problems] },
        };
    }
}
