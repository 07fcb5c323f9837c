using Terrace.Core.Tiering;
using Terrace.Host.Control;
using Terrace.Host.Loop;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>pause</c>: no more scans and moves, of a target or of all.</summary>
internal sealed class PauseRequest(ILoopThread loop, TieringEngine engine, NamedGroups named, TargetKeeper keeper) : DaemonRequest
{
    public override string Name => ControlCommand.Pause;

    public override RequestRight Right => RequestRight.MayChange;

    public override IReadOnlyList<string> Reads => ["target"];

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) =>
        loop.RunAsync(() => Pause(request.Target));

    private ControlResponse Pause(string? target)
    {
        if (target is null)
        {
            engine.IsPaused = true;
            keeper.KeepClaims();
            return ControlResponse.Success("all management is paused: no scans, no moves");
        }

        if (named.Find(target, out ControlResponse? failure) is not { } groups)
        {
            return failure!;
        }

        groups.ForEach(group => group.IsPaused = true);
        keeper.KeepClaims();
        return ControlResponse.Success($"{NamedGroups.NameOf(target, groups)} is paused: no scans, no moves");
    }
}
