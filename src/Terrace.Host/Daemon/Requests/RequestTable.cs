using Microsoft.Extensions.Logging;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Host.Daemon.Requests;

/// <summary>All requests of the control protocol, and what holds for each of them.</summary>
internal sealed class RequestTable
{
    private const int MaxTargetText = 256;

    private readonly Dictionary<string, DaemonRequest> _requests;
    private readonly ILogger _log;

    /// <summary>Makes the table of a daemon.</summary>
    public RequestTable(DaemonParts parts)
    {
        NamedGroups named = new(parts.Processes.Targets, parts.Processes.Groups);
        All =
        [
            new StatusRequest(parts.Loop, parts.Report, parts.Machine, parts.Outlets, TimeProvider.System),
            new TargetsRequest(parts.Loop, parts.Processes, parts.Layouts, parts.Machine),
            new ExplainRequest(parts.Loop, parts.Engine, parts.Processes, parts.Machine),
            new EventsRequest(parts.Events, parts.Processes.Targets),
            new AdviseRequest(parts.Loop, parts.Processes.Targets),
            new SetRequest(parts.Loop, parts.Engine, named, parts.Processes),
            new PauseRequest(parts.Loop, parts.Engine, named, parts.Processes.Keeper),
            new ResumeRequest(parts.Loop, parts.Engine, named, parts.Processes.Keeper),
            new ReloadRequest(parts.Reload),
        ];
        _requests = All.ToDictionary(request => request.Name, StringComparer.Ordinal);
        _log = parts.Log;
    }

    /// <summary>The requests that there are.</summary>
    public IReadOnlyList<DaemonRequest> All { get; }

    /// <summary>Answers one request of a peer. For any thread but the loop's.</summary>
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        if (request.Target is { Length: > MaxTargetText })
        {
            return Refused(ExitCode.Usage, "the target's name is too long", "see terrace targets for the names");
        }

        if (!_requests.TryGetValue(request.Command, out DaemonRequest? known))
        {
            return Refused(
                ExitCode.Usage,
                $"'{DaemonRequest.Shortened(request.Command)}' is not a command of the control protocol",
                "see docs/control.md");
        }

        if (known.Right == RequestRight.MayChange && !peer.MayChange)
        {
            string where = peer.UserId == 0 ? " of the host, outside containers" : "";
            return Refused(
                ExitCode.NotPermitted,
                $"{known.Name} is for root and members of the group {PeerIdentity.Group}{where}",
                $"run it with sudo, or have yourself added: usermod -aG {PeerIdentity.Group} $USER");
        }

        try
        {
            ControlResponse response = await known.AnswerAsync(request, peer);
            if (known.Right == RequestRight.MayChange && response.Done is { } done)
            {
                DaemonLog.Changed(_log, peer.UserId, done);
            }

            return new ControlAnswer(response, response.Ok ? known.Follow(peer) : null, known.Cost);
        }
        catch (Exception fault)
        {
            // One request's fault must not end the daemon.
            DaemonLog.Fault(_log, known.Name, fault);
            return Refused(ExitCode.Internal, "a fault in the daemon; its log has the trace", "please report it");
        }
    }

    private static ControlAnswer Refused(int exitCode, string problem, string fix) => new(ControlResponse.Failure(exitCode, problem, fix));
}
