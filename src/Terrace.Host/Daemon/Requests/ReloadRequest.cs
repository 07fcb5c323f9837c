using Terrace.Host.Control;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>reload</c>: reads the configuration again, or says what that would change.</summary>
internal sealed class ReloadRequest(ConfigurationReload reload) : DaemonRequest
{
    public override string Name => ControlCommand.Reload;

    public override RequestRight Right => RequestRight.MayChange;

    public override IReadOnlyList<string> Reads => ["dryRun"];

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) =>
        request.DryRun ? reload.TryAsync() : reload.RunAsync();
}
