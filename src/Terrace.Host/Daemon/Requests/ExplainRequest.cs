using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Host.Loop;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Host.Daemon.Requests;

/// <summary><c>explain</c>: where a page is, how hot, why, and what would move it.</summary>
internal sealed class ExplainRequest(ILoopThread loop, TieringEngine engine, ManagedProcesses processes, IMachine machine) : DaemonRequest
{
    /// <summary>
    /// Of those who may not change things this many at once have mappings read: the kernel waits for the process's mmap lock, which a page
    /// fault may hold for as long as a file's server does not answer.
    /// </summary>
    private const int ReadersOfOthers = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    // Not those of the loop, which are counted as tiering and would wait while these do.
    private static readonly BoundedCalls s_calls = new();

    private int _readersOfOthers;

    public override string Name => ControlCommand.Explain;

    public override RequestRight Right => RequestRight.OwnProcesses;

    public override int Cost => 4;
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
        // That another's process is not managed, or not there, is no business of the peer's: the answer is the same. So it is for one of
        // the peer's own whose addresses the kernel would not tell: before its heat is looked up and after its mappings were read, because
        // it can become another program (execve) or another user's, or its number another's, in between.
        if (!int.TryParse(request.Target, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || PidFd.TryOpen(pid, out PidFd? pinned) != 0)
        {
            return NotThere(request);
        }

        using (pinned)
        {
            if (!MapsRight.Has(peer, pid))
            {
                return NotThere(request);
            }

            (ControlResponse answer, IMappingRules? areas) = await loop.RunAsync(() => Explain(request, pid, peer));
            if (answer.Page is not { } page)
            {
                return answer;
            }

            if (!peer.MayChange && !await TryBeginAsync())
            {
                return ControlResponse.Failure(ExitCode.Unavailable, "others are asking too much", "try again later");
            }

            PageExplanation whole;
            try
            {
                whole = await Task.Factory.StartNew(
                    () => WithMapping(page, areas), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            finally
            {
                if (!peer.MayChange)
                {
                    Interlocked.Decrement(ref _readersOfOthers);
                }
            }

            return MapsRight.Has(peer, pid) && pinned!.IsAlive ? answer with { Page = whole } : NotThere(request);
        }
    }

    private async Task<bool> TryBeginAsync()
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < s_patience; waited += s_turn)
        {
            if (Interlocked.Increment(ref _readersOfOthers) <= ReadersOfOthers)
            {
                return true;
            }

            Interlocked.Decrement(ref _readersOfOthers);
            await Task.Delay(s_turn);
        }

        return false;
    }

    // A large process has tens of thousands of mappings.
    private static PageExplanation WithMapping(PageExplanation page, IMappingRules? areas)
    {
        IReadOnlyList<ProcessMapping> mappings = ProcessMaps.Describe(page.Pid, s_calls);
        return PageExplainer.WithMapping(page, mappings, GuestMemory.Of(page.Pid, mappings, s_calls), areas);
    }

    private static ControlResponse NotThere(ControlRequest request) => ControlResponse.Failure(
        ExitCode.NoSuchProcess,
        $"no process {Shortened(request.Target)} is managed, or it is another user's",
        "terrace targets lists those that are");

    private (ControlResponse Answer, IMappingRules? Areas) Explain(ControlRequest request, int pid, PeerIdentity peer)
    {
        // Two processes that both live and have one number are one process: what is pinned is asked again at the end.
        if (processes.Targets.Find(pid) is not { } target
            || !target.Process.PidFd.IsAlive
            || !peer.MaySee(target)
            || engine.HeatOf(pid) is not { } heat)
        {
            return (NotThere(request), null);
        }

        if (!TryReadAddress(request.Address ?? "", out ulong at))
        {
            return (ControlResponse.Failure(ExitCode.Usage, $"'{Shortened(request.Address)}' is not an address", AddressFix), null);
        }

        PageExplanation page = PageExplainer.Explain(target, heat, machine, engine, at);
        return (new ControlResponse { Ok = true, Page = page }, target.Process.MappingRules);
    }
}
