using Terrace.Core.Machine;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Tests.Daemon;

/// <summary>Real processes that are managed without their pages being seen, which needs no rights.</summary>
internal static class StillProcess
{
    public static LinuxProcess Attach(int pid, LinuxMachine machine)
    {
        Assert.Equal(0, PidFd.TryOpen(pid, out PidFd? pidFd));
        ProcessPlacement placement = new($"/proc/{pid}", machine);
        return new LinuxProcess(pidFd!, $"process {pid}", machine, new Tracker(), new MemoryStream(), placement);
    }

    private sealed class Tracker : IAccessTracker
    {
        public string Name => "still";

        public ScanOutcome Read(IScanSink sink) => default;

        public ScanOutcome Clear() => default;
    }
}
