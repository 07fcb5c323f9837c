using Terrace.Core.Machine;
using Terrace.Linux;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Tests.Daemon;

/// <summary>Real processes that are managed without their pages being seen, which needs no rights.</summary>
internal static class StillProcess
{
    public static LinuxProcess Attach(int pid, LinuxMachine machine)
    {
        Assert.Equal(0, PidFd.TryOpen(pid, out PidFd? pidFd));
        Assert.Equal(0, ManagedMappings.TryOpen($"/proc/{pid}", machine, machine.SharedFiles, out ManagedMappings? mappings));
        Still still = new();
        return new LinuxProcess(pidFd!, $"process {pid}", machine, mappings!, new AccessTracking(still, still, new ClearHints()));
    }

    private sealed class Still : IAccessTracker, IAccessClearer
    {
        public string Name => "still";

        public ScanOutcome Read(IScanSink sink) => default;

        public ScanOutcome Clear() => default;
    }
}
