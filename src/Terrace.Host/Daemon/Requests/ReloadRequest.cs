using Terrace.Host.Control;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>reload</c>: reads the configuration again.</summary>
internal sealed class ReloadRequest(ConfigurationReload reload) : DaemonRequest
{
    public override string Name => ControlCommand.Reload;

    public override RequestRight Right => RequestRight.MayChange;

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) => reload.RunAsync();
}
