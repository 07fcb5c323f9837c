using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Loop;
using Terrace.Linux.Guests;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>explain</c>: where a page is, how hot, why, and what would move it.</summary>
internal sealed class ExplainRequest(ILoopThread loop, TieringEngine engine, ManagedProcesses processes, IMachine machine) : DaemonRequest
{
    public override string Name => ControlCommand.Explain;

    public override RequestRight Right => RequestRight.OwnProcesses;

    /// <summary>How an address is written.</summary>
    public const string AddressFix = "write it as in /proc/PID/maps: 7f0123456000";

    /// <summary>Reads an address in hexadecimal, with or without 0x.</summary>
    public static bool TryReadAddress(string text, out ulong address)
    {
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address);
    }

    public override IReadOnlyList<string> Reads => ["target", "address"];

    public override async Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer)
    {
        (ControlResponse answer, IMappingRules? areas) = await loop.RunAsync(() => Explain(request, peer));

        // The number may be another process's by now.
        if (answer.Page is not { } page || !peer.MaySee(processes.Identities.Read(page.Pid)?.UserId))
        {
            return answer;
        }

        // A large process has tens of thousands of mappings.
        IReadOnlyList<ProcessMapping> mappings = ProcessMaps.Describe(page.Pid);
        return answer with { Page = PageExplainer.WithMapping(page, mappings, GuestMemory.Of(page.Pid, mappings), areas) };
    }

    private (ControlResponse Answer, IMappingRules? Areas) Explain(ControlRequest request, PeerIdentity peer)
    {
        // That another's process is not managed, or not there, is no business of the peer's: the answer is the same.
        if (!int.TryParse(request.Target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || processes.Targets.Find(pid) is not { } target
            || !peer.MaySee(target.Identity.UserId)
            || engine.HeatOf(pid) is not { } heat)
        {
            return (ControlResponse.Failure(
                ExitCode.NoSuchProcess,
                $"no process {Shortened(request.Target)} is managed, or it is another user's",
                "terrace targets lists those that are"), null);
        }

        if (!TryReadAddress(request.Address ?? "", out ulong at))
        {
            return (ControlResponse.Failure(ExitCode.Usage, $"'{Shortened(request.Address)}' is not an address", AddressFix), null);
        }

        PageExplanation page = PageExplainer.Explain(target, heat, machine, engine, at);
        return (new ControlResponse { Ok = true, Page = page }, target.Process.MappingRules);
    }
}
