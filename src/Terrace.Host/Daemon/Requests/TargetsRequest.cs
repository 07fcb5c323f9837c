using Terrace.Core.Machine;
using Terrace.Host.Control;
using Terrace.Host.Guests;
using Terrace.Host.Loop;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>targets</c>: the groups and their processes, with the kernel's own account of their control groups.</summary>
internal sealed class TargetsRequest(ILoopThread loop, ManagedProcesses processes, LayoutPublisher layouts, IMachine machine)
    : DaemonRequest
{
    public override string Name => ControlCommand.Targets;

    public override RequestRight Right => RequestRight.OwnProcesses;

    public override int Cost => 4;

    public override async Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        (IReadOnlyList<GroupStatus> groups, int all, Topology topology) = await loop.RunAsync(
            () => (StatusReports.GroupsFor(peer, processes.Targets, processes.Groups), processes.Targets.All.Count, machine.Topology));

        // One file of the kernel for each control group.
        return new ControlResponse
        {
            Ok = true,
            NotShown = all - groups.Sum(group => group.Processes.Count),
            Groups = [.. groups.Select(group => CgroupAccounts.AddTo(layouts.AddTo(group), topology))],
        };
    }
}
