using Terrace.Host.Control;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>events</c>: what happens from now on, line by line, until either side closes.</summary>
internal sealed class EventsRequest(EventHub events, TargetRegistry targets) : DaemonRequest
{
    public override string Name => ControlCommand.Events;

    public override RequestRight Right => RequestRight.OwnProcesses;

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) =>
        Task.FromResult(ControlResponse.Success("events follow"));

    // Asked on the loop's thread, which sends the events.
    public override EventFeed Follow(PeerIdentity peer) => events.Follow(pid => peer.MayChange || peer.MaySee(targets.Find(pid)));
}
