using Terrace.Core.Tiering;
using Terrace.Host.Control;
using Terrace.Host.Loop;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>resume</c>: ends a pause, of a target or of all.</summary>
internal sealed class ResumeRequest(ILoopThread loop, TieringEngine engine, NamedGroups named, TargetKeeper keeper) : DaemonRequest
{
    public override string Name => ControlCommand.Resume;

    public override RequestRight Right => RequestRight.MayChange;

    public override IReadOnlyList<string> Reads => ["target"];

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) =>
        loop.RunAsync(() => Resume(request.Target));

    private ControlResponse Resume(string? target)
    {
        if (target is null)
        {
            engine.IsPaused = false;
            keeper.KeepClaims();
            return ControlResponse.Success("management continues");
        }

        if (named.Find(target, out ControlResponse? failure) is not { } groups)
        {
            return failure!;
        }

        groups.ForEach(group => group.IsPaused = false);
        keeper.KeepClaims();
        return ControlResponse.Success(
            NamedGroups.NameOf(target, groups) + (engine.IsPaused ? " continues when all management does: terrace resume" : " continues"));
    }
}
