using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Layout;

namespace Terrace.Host.Guests;

/// <summary>The guest of a QEMU process, found by its command line and its mappings.</summary>
internal sealed class QemuGuest : IGuestSource
{
    private readonly PidFd _process;
    private readonly BoundedCalls _calls;
    private readonly GuestSurvey _survey;
    private LayoutFold? _fold;

    private QemuGuest(PidFd process, BoundedCalls calls)
    {
        _process = process;
        _calls = calls;
        _survey = new GuestSurvey(process, calls);
    }

    /// <inheritdoc/>
    public int Pid => _process.Pid;

    /// <inheritdoc/>
    public bool IsAlive => _process.IsAlive;

    /// <summary>Of a process, at which <paramref name="calls"/> looks; null when there is none.</summary>
    public static QemuGuest? TryOpen(int pid, BoundedCalls calls) =>
        PidFd.TryOpen(pid, out PidFd? process) == 0 ? new QemuGuest(process!, calls) : null;

    /// <inheritdoc/>
    public string? SocketPath(out Problem? problem)
    {
        QemuChannel? channel = QemuChannel.Of(Pid, LayoutChannel.Port, calls: _calls);
        string? path = channel?.PathFor(Pid);
        problem = channel is null && _calls.PutsAside(Pid) ? Held
            : channel is null ? new Problem("its command line has no such port", LayoutChannel.Fix)
            : path is null ? new Problem(
                "its socket has no path that can be used, or one that is too long", "use a shorter path for the chardev")
            : null;
        return path;
    }

    /// <inheritdoc/>
    public Problem? Look(LayoutGenerations into, Topology topology, CancellationToken stop)
    {
        if (_survey.Find(out IReadOnlyList<GuestRam> memory) is { } refusal)
        {
            return _calls.PutsAside(Pid) ? Held : refusal.Problem;
        }

        GuestRam last = memory[^1];
        ulong end = (last.GuestStart!.Value + (last.End - last.Start)) >> Chunk.PageShift;
        if (_fold?.EndPage != end)
        {
            _fold = new LayoutFold(LayoutChannel.MaxRanges, end);
        }

        int error = _survey.Run(memory, _fold.Add, stop);
        FoldedLayout folded = _fold.Finish();
        if (error == 0)
        {
            into.Take(folded, topology, VirtualCpus.Read(Pid));
            return null;
        }

        return error == Errno.ETIMEDOUT ? Held
            : error is Errno.ESRCH or Errno.EINTR
            ? new Problem("the process has ended, or the daemon ends", "no action is needed")
            : new Problem($"the kernel does not say where its pages are (error {error})", "the daemon needs CAP_SYS_PTRACE");
    }

    private Problem Held => new(
        "something holds the lock of its memory", $"see what its threads wait for: ps -L -o pid,stat,wchan:32 -p {Pid}");

    public void Dispose() => _process.Dispose();
}
