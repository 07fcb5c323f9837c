using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Loop;

namespace Terrace.Host.Daemon.Requests;

/// <summary>
/// <c>set</c>: gives a target another share of fast memory. It holds at once; the answer comes when it will also last, if it is to.
/// </summary>
internal sealed class SetRequest(ILoopThread loop, TieringEngine engine, NamedGroups named, ManagedProcesses processes) : DaemonRequest
{
    public override string Name => ControlCommand.Set;

    public override RequestRight Right => RequestRight.MayChange;

    public override IReadOnlyList<string> Reads => ["target", "fast", "persist"];

    public override async Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        Decision decision = await loop.RunAsync(() => Decide(request));
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        try
        {
            await decision.Kept;
            return ControlResponse.Success(decision.What + decision.HowLong);
        }
        catch (CommandFailure error)
        {
            return ControlResponse.Failure(
                ExitCode.CannotWrite,
                $"{decision.What} now, but it cannot be kept: {error.Message}",
                "fix the folder, and set it again");
        }
    }

    private Decision Decide(ControlRequest request)
    {
        if (named.Find(request.Target, out ControlResponse? failure) is not { } groups)
        {
            return Refused(failure!);
        }

        FastShare? share = null;
        if (request.Fast != "rule")
        {
            if (!FastShare.TryParse(request.Fast, out FastShare parsed, out Problem? problem))
            {
                return Refused(ControlResponse.Failure(ExitCode.Usage, problem));
            }

            share = parsed;
        }

        string name = NamedGroups.NameOf(request.Target!, groups);
        if (request.Persist
            && named.MemberOf(groups[0]) is { Rule.Per: ShareScope.Process, Identity.Vm: null } one
            && name != one.Rule.Name)
        {
            return Refused(ControlResponse.Failure(
                ExitCode.Usage,
                $"'{name}' is named after a process number, which does not last",
                $"persist the share of the whole rule: terrace set '{one.Rule.Name}' --fast {request.Fast} --persist"));
        }

        processes.Shares.RemoveBelow(name + ":");
        Task kept = processes.Shares.SetAsync(name, share, request.Persist ? request.Fast : null);
        foreach (TieringGroup group in groups)
        {
            group.Share = named.MemberOf(group) is { } member ? processes.Groups.ShareOf(group.Name, member.Rule) : group.Share;
            engine.Wake(group);
        }

        return new Decision
        {
            What = $"{name} has a fast share of {groups[0].Share}",
            HowLong = share is null ? ", by its rule"
                : request.Persist ? ", after restarts too"
                : ", until the daemon ends",
            Kept = kept,
        };
    }

    private static Decision Refused(ControlResponse failure) => new() { Refusal = failure };

    /// <summary>What the loop decided.</summary>
    private sealed record Decision
    {
        /// <summary>Why nothing was set; null when it was.</summary>
        public ControlResponse? Refusal { get; init; }

        /// <summary>What holds now, in words.</summary>
        public string What { get; init; } = "";

        /// <summary>For how long, once the file is written.</summary>
        public string HowLong { get; init; } = "";

        /// <summary>Ends when the file is written, if it must be.</summary>
        public Task Kept { get; init; } = Task.CompletedTask;
    }
}
