using Terrace.Host.Control;
using Terrace.Host.Kernel;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Linux;
using Terrace.Linux.Kernel;

namespace Terrace.Host.Daemon.Requests;

/// <summary>
/// <c>status</c>: how the daemon does. Making one asks the kernel for many things on the loop's thread: those who may not change anything
/// get one that is up to a second old.
/// </summary>
internal sealed class StatusRequest(
    ILoopThread loop, DaemonReport report, LinuxMachine machine, MetricsOutlets outlets, TimeProvider time) : DaemonRequest
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<ControlResponse>? _known;
    private long _knownAt;

    public override string Name => ControlCommand.Status;

    public override RequestRight Right => RequestRight.Everybody;

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        if (peer.MayChange)
        {
            return MakeAsync(peer);
        }

        lock (_gate)
        {
            if (_known is null || (_known.IsCompleted && time.GetElapsedTime(_knownAt) >= s_fresh))
            {
                (_known, _knownAt) = (MakeAsync(peer), time.GetTimestamp());
            }

            return _known;
        }
    }

    private async Task<ControlResponse> MakeAsync(PeerIdentity peer)
    {
        (DaemonStatus status, KernelMode? mode) = await loop.RunAsync(() => (report.Of(peer), report.KernelMode));

        // Read from the kernel's files each time: anybody may change these settings.
        IEnumerable<string> warnings = KernelTieringWarnings.Of(machine.Topology, machine.KernelTiering, mode);
        return new ControlResponse
        {
            Ok = true,
            Status = status with { Warnings = [.. TierWarnings.Of(machine.Topology), .. warnings, .. outlets.Problems] },
        };
    }
}
