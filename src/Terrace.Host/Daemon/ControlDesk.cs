using System.Globalization;
using Microsoft.Extensions.Logging;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;

namespace Terrace.Host.Daemon;

/// <summary>Answers what comes over the control socket. For the loop's thread only.</summary>
internal sealed class ControlDesk(TerraceDaemon daemon, TieringEngine engine, TargetBook targets, GroupBook groups, ShareOverrides overrides, ILogger log)
{
    private const int MaxTargetText = 4096;

    /// <summary>Answers one request of a peer.</summary>
    public ControlResponse Answer(ControlRequest request, PeerIdentity peer)
    {
        if (request.Target is { Length: > MaxTargetText })
        {
            return ControlResponse.Failure(ExitCode.Usage, "the target's name is too long", "see terrace targets for the names that there are");
        }

        return request.Command switch
        {
            ControlCommand.Status => new ControlResponse { Ok = true, Status = daemon.Status(peer) },
            ControlCommand.Targets => new ControlResponse { Ok = true, Groups = StatusReports.GroupsFor(peer, targets, groups) },
            ControlCommand.Explain => Explain(request, peer),
            ControlCommand.Advise => AdviceDesk.Answer(request, peer, targets),
            ControlCommand.Set or ControlCommand.Pause or ControlCommand.Resume or ControlCommand.Reload when !peer.MayChange => ControlResponse.Failure(
                ExitCode.NotPermitted,
                $"{request.Command} is for root and members of the group {PeerIdentity.Group}",
                $"run it with sudo, or have yourself added: usermod -aG {PeerIdentity.Group} $USER"),
            ControlCommand.Set => Noted(Set(request), peer),
            ControlCommand.Pause => Noted(Pause(request, pause: true), peer),
            ControlCommand.Resume => Noted(Pause(request, pause: false), peer),
            ControlCommand.Reload => Noted(daemon.Reload(), peer),
            _ => ControlResponse.Failure(ExitCode.Usage, $"'{Shortened(request.Command)}' is no command of the control protocol", "see docs/control.md"),
        };
    }

    private ControlResponse Noted(ControlResponse response, PeerIdentity peer)
    {
        if (response.Done is { } done)
        {
            DaemonLog.Changed(log, peer.UserId, done);
        }

        return response;
    }

    private ControlResponse Set(ControlRequest request)
    {
        if (Find(request.Target, out ControlResponse? failure) is not { } named)
        {
            return failure!;
        }

        FastShare? share = null;
        if (request.Fast != "rule")
        {
            if (!FastShare.TryParse(request.Fast, out FastShare parsed, out Problem? problem))
            {
                return ControlResponse.Failure(ExitCode.Usage, problem);
            }

            share = parsed;
        }

        string name = NameOf(request.Target!, named);
        if (request.Persist && targets.All.FirstOrDefault(target => target.Group == named[0]) is { Rule.Per: ShareScope.Process, Identity.Vm: null } one && name != one.Rule.Name)
        {
            return ControlResponse.Failure(ExitCode.Usage, $"'{name}' is named after a process number, which does not last", $"persist the share of the whole rule: terrace set '{one.Rule.Name}' --fast {request.Fast} --persist");
        }

        string? problemOfFile = null;
        try
        {
            overrides.RemoveBelow(name + ":");
            overrides.Set(name, share, request.Persist ? request.Fast : null);
        }
        catch (CommandFailure error)
        {
            problemOfFile = error.Message;
        }

        foreach (TieringGroup group in named)
        {
            group.Share = targets.All.FirstOrDefault(target => target.Group == group) is { } member ? groups.ShareOf(group.Name, member.Rule) : group.Share;
            engine.Wake(group);
        }

        string what = $"{name} has a fast share of {named[0].Share}";
        return problemOfFile is not null
            ? ControlResponse.Failure(ExitCode.CannotWrite, $"{what} now, but it cannot be kept: {problemOfFile}", "fix the folder, and set it again")
            : ControlResponse.Success(what + (share is null ? ", as is said of it otherwise" : request.Persist ? ", after restarts too" : ", until the daemon ends"));
    }

    // A group or a rule by its own name; a process by its group's, which outlives this command.
    private static string NameOf(string target, List<TieringGroup> named) =>
        named.Count == 1 && int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? named[0].Name : target;

    private ControlResponse Pause(ControlRequest request, bool pause)
    {
        if (request.Target is null)
        {
            daemon.IsPaused = pause;
            return ControlResponse.Success(pause ? "all management pauses: no scans, no moves" : "management goes on");
        }

        if (Find(request.Target, out ControlResponse? failure) is not { } named)
        {
            return failure!;
        }

        foreach (TieringGroup group in named)
        {
            group.IsPaused = pause;
        }

        return ControlResponse.Success(NameOf(request.Target, named) + (pause ? " pauses: no scans, no moves" : daemon.IsPaused ? " goes on when all management does: terrace resume" : " goes on"));
    }

    private ControlResponse Explain(ControlRequest request, PeerIdentity peer)
    {
        // That another's process is not managed, or not there, is no business of the peer's: the answer is the same.
        if (!int.TryParse(request.Target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || targets.Find(pid) is not { } target
            || !peer.MaySee(target.Identity.UserId)
            || engine.HeatOf(pid) is not { } heat)
        {
            return ControlResponse.Failure(ExitCode.NoSuchProcess, $"no process {Shortened(request.Target ?? "")} is managed, or it is another user's", "terrace targets lists those that are");
        }

        string address = request.Address is { } text && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : request.Address ?? "";
        return ulong.TryParse(address, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong at)
            ? new ControlResponse { Ok = true, Page = PageExplainer.Explain(target, heat, daemon.Machine, engine, at) }
            : ControlResponse.Failure(ExitCode.Usage, $"'{Shortened(request.Address ?? "")}' is no address", "write it as in /proc/PID/maps: 7f0123456000");
    }

    /// <summary>The groups that a name means: a group, all groups of a rule, or that of a process which has a claim of its own.</summary>
    private List<TieringGroup>? Find(string? name, out ControlResponse? failure)
    {
        failure = null;
        if (name is not null && groups.Groups.TryGetValue(name, out TieringGroup? group))
        {
            return [group];
        }

        List<TieringGroup> ofRule = [.. targets.All.Where(target => target.Rule.Name == name).Select(target => target.Group).Distinct()];
        if (ofRule.Count > 0)
        {
            return ofRule;
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && targets.Find(pid) is { } target)
        {
            int others = targets.All.Count(other => other.Group == target.Group) - 1;
            if (others == 0)
            {
                return [target.Group];
            }

            failure = ControlResponse.Failure(ExitCode.Usage, $"process {pid} shares the claim of '{target.Group.Name}' with {others} others", $"name the group, or give each process its own claim with 'per: process' in rule {target.Rule.Name}");
            return null;
        }

        failure = ControlResponse.Failure(ExitCode.NoSuchProcess, $"there is no target '{Shortened(name ?? "")}'", "terrace targets lists the groups and processes that there are");
        return null;
    }

    // What a peer sent goes back into a message, and into the log: short, and without control characters.
    internal static string Shortened(string text) => Printable.Of(text[..Math.Min(text.Length, 40)]);
}
