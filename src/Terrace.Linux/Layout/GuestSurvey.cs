using Terrace.Core.Units;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Layout;

/// <summary>
/// Looks where each page of a guest's memory lies, again and again, at little cost: it asks for the pages of the QEMU process by
/// their addresses (move_pages(2) without nodes), whatever kind of memory they are, and neither maps
/// nor touches them. Pages that QEMU does not map are taken for not in memory.
/// </summary>
public sealed class GuestSurvey
{
    private const int WindowPages = 4096;

    private readonly ulong[] _addresses = new ulong[WindowPages];
    private readonly int[] _nodes = new int[WindowPages];
    private readonly PidFd _process;
    private readonly BoundedCalls? _calls;

    /// <summary>
    /// For a QEMU process, which stays the caller's. <paramref name="calls"/> looks at it; null: the calling thread does, however long the
    /// process lets it wait.
    /// </summary>
    public GuestSurvey(PidFd process, BoundedCalls? calls = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        _process = process;
        _calls = calls;
    }

    /// <summary>Where the guest's memory is now: what is plugged in later is found by the next look.</summary>
    /// <param name="memory">Its parts, by guest-physical address.</param>
    /// <returns>Null, or why its addresses are not known.</returns>
    public LayoutRefusal? Find(out IReadOnlyList<GuestRam> memory)
    {
        IReadOnlyList<GuestRam> found = GuestMemory.Of(_process.Pid, _calls);
        LayoutRefusal? refusal = GuestParts.ProblemOf(_process.Pid, found);
        memory = refusal is null ? [.. found.OrderBy(ram => ram.GuestStart)] : [];
        return refusal;
    }

    /// <summary>
    /// Looks through all of it: <paramref name="look"/> gets runs of pages by guest-physical page number, ascending, -1 for those
    /// that are not in memory.
    /// </summary>
    /// <returns>0, or the error number (ESRCH: the process is gone; EINTR: stopped; ETIMEDOUT: it cannot be looked at now).</returns>
    public int Run(IReadOnlyList<GuestRam> memory, SurveyedRun look, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(look);
        foreach (GuestRam ram in memory)
        {
            ulong first = ram.GuestStart!.Value >> Chunk.PageShift;
            ulong pages = (ram.End - ram.Start) >> Chunk.PageShift;
            for (ulong done = 0; done < pages; done += WindowPages)
            {
                if (stop.IsCancellationRequested)
                {
                    return Errno.EINTR;
                }

                int count = (int)Math.Min(WindowPages, pages - done);
                for (int i = 0; i < count; i++)
                {
                    _addresses[i] = ram.Start + ((done + (ulong)i) << Chunk.PageShift);
                }

                Span<int> nodes = _nodes.AsSpan(0, count);
                int error = _process.IsAlive ? MovePages.Query(_process.Pid, _addresses.AsSpan(0, count), nodes, _calls) : Errno.ESRCH;
                if (error != 0)
                {
                    return error;
                }

                look(first + done, nodes);
            }
        }

        return 0;
    }
}
