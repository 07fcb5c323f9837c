using System.Globalization;
using Terrace.Core.Units;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Loop;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Daemon.Requests;

/// <summary>
/// <c>advise</c>: what a process says of its own addresses. Nobody can speak for another: the process is the one that the kernel says has
/// connected.
/// </summary>
internal sealed class AdviseRequest(ILoopThread loop, TargetRegistry targets) : DaemonRequest
{
    public override string Name => ControlCommand.Advise;

    public override RequestRight Right => RequestRight.OwnProcesses;

    public override IReadOnlyList<string> Reads => ["range", "advice"];

    public override Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer) =>
        loop.RunAsync(() => Advise(request, peer));

    private ControlResponse Advise(ControlRequest request, PeerIdentity peer)
    {
        if (!TryReadAdvice(request.Advice, out MappingTreatment? treatment))
        {
            return Refuse($"'{Shortened(request.Advice)}' is not advice", "say hot, pin, cold, ignore or none");
        }

        if (request.Range is not { Length: <= 64 } text
            || !ConfigurationValues.AddressRange(text, out (ulong Start, ulong End) range, out _))
        {
            return Refuse(
                $"'{Shortened(request.Range)}' is not a range of addresses",
                "write for example 0x7f0000000000-0x7f0040000000, the lower address first");
        }

        if ((range.Start | range.End) % Chunk.PageBytes != 0)
        {
            return Refuse("the range does not begin and end at a page", "both ends must be multiples of 0x1000");
        }

        if (range.End > AddressAdvice.AddressLimit)
        {
            return Refuse("the range is not in user space", $"it must end at 0x{AddressAdvice.AddressLimit:x} at most");
        }

        // Two processes that both live and have one number are one process.
        if (peer.Process is not { IsAlive: true } process || targets.Find(process.Pid) is not { } target || !target.Process.PidFd.IsAlive)
        {
            return ControlResponse.Failure(
                ExitCode.NoSuchProcess,
                "the process that asks is not managed, so advice has no effect",
                "a rule must match it; a new process is looked at when it is half a second old");
        }

        string where = string.Create(CultureInfo.InvariantCulture, $"0x{range.Start:x}-0x{range.End:x}");
        return target.Process.Advice.TryAdvise(range.Start, range.End, treatment)
            ? ControlResponse.Success(
                treatment is null
                    ? $"there is no advice for {where} any more"
                    : $"'{request.Advice}' holds for {where} from the next scan on")
            : Refuse(
                $"there would be advice for more than {AddressAdvice.MaxRanges} ranges of this process",
                "take some back with none, or join ranges that lie side by side");
    }

    private static ControlResponse Refuse(string what, string fix) => ControlResponse.Failure(ExitCode.Usage, what, fix);

    private static bool TryReadAdvice(string? word, out MappingTreatment? treatment)
    {
        treatment = word switch
        {
            "hot" or "pin" => MappingTreatment.Hot,
            "cold" => MappingTreatment.Cold,
            "ignore" => MappingTreatment.Ignored,
            _ => null,
        };
        return treatment is not null || word == "none";
    }
}
