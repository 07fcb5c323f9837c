using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Migration;

/// <summary>
/// Moves pages with move_pages(2). Each call drains the LRU caches of all CPUs (lru_cache_disable, mm/swap.c), so large batches
/// are much cheaper than small ones.
/// </summary>
/// <remarks>
/// The process is checked through its pidfd right before each call, because move_pages takes a process number: within the
/// microseconds between the two the process could exit and its number be given to another, whose pages at the same addresses, if
/// it has any, would then be moved. Moving pages never changes what a process computes; what was done for a process that has ended
/// by the time of the second check counts for nothing.
/// </remarks>
public sealed class MovePagesMigrator : IPageMigrator
{
    private const int Untouched = int.MinValue;

    /// <summary>Resubmissions within one call; what is unsettled after them is reported as busy.</summary>
    private const int MaxSubmissions = 16;

    private readonly PidFd _pidFd;
    private readonly IMovePagesCall _call;
    private readonly INodeLookup? _lookup;
    private int _flags = MovePages.MPOL_MF_MOVE_ALL;
    private MoveBuffers _buffers = null!;

    /// <summary>
    /// Moves pages of the process that <paramref name="pidFd"/> pins (which stays the caller's); <paramref name="lookup"/> tells where its
    /// pages are before (null: move_pages is asked, page by page).
    /// </summary>
    internal MovePagesMigrator(PidFd pidFd, INodeLookup? lookup, BoundedCalls? bounded = null)
        : this(pidFd, new MovePagesCall(bounded, pidFd?.Pid), lookup)
    {
    }

    internal MovePagesMigrator(PidFd pidFd, IMovePagesCall call, INodeLookup? lookup = null)
    {
        _pidFd = pidFd;
        _call = call;
        _lookup = lookup;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The kernel's answer does not tell a page that was there before from one that it moved, so it is asked first where they are.
    /// </remarks>
    public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        _buffers = MoveBuffers.For(addresses.Length);
        Span<int> before = _buffers.Before.AsSpan(0, addresses.Length);
        bool known = _lookup?.TryNodesOf(addresses, before) ?? (_pidFd.IsAlive && _call.Query(_pidFd.Thread, addresses, before) == 0);
        Submit(addresses, targetNode, results);
        if (_call.HintingPagesLookGone && results[..addresses.Length].Contains(MoveResult.Gone))
        {
            SubmitTouched(addresses, targetNode, results);
        }

        for (int i = 0; known && i < addresses.Length; i++)
        {
            if (before[i] == targetNode && results[i] == MoveResult.Moved)
            {
                results[i] = MoveResult.AlreadyThere;
            }
        }
    }

    /// <summary>
    /// Submits the pages that look gone once more, after touching them (see <see cref="IMovePagesCall.HintingPagesLookGone"/>).
    /// </summary>
    private void SubmitTouched(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        int count = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            if (results[i] == MoveResult.Gone)
            {
                _buffers.Again[count++] = addresses[i];
            }
        }

        if (!_pidFd.IsAlive || _call.Touch(_pidFd.Thread, _buffers.Again.AsSpan(0, count)) == 0)
        {
            return;
        }

        Submit(_buffers.Again.AsSpan(0, count), targetNode, _buffers.AgainResults);
        int next = 0;
        for (int i = 0; i < addresses.Length; i++)
        {
            if (results[i] == MoveResult.Gone)
            {
                results[i] = _buffers.AgainResults[next++];
            }
        }
    }

    private void Submit(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        _buffers.Nodes.AsSpan(0, addresses.Length).Fill(targetNode);
        int first = 0;
        for (int submission = 0; first < addresses.Length; submission++)
        {
            if (!_pidFd.IsAlive)
            {
                results[first..addresses.Length].Fill(MoveResult.ProcessGone);
                return;
            }

            if (submission == MaxSubmissions)
            {
                results[first..addresses.Length].Fill(MoveResult.Busy);
                return;
            }

            int count = addresses.Length - first;
            Span<int> status = _buffers.Status.AsSpan(0, count);
            status.Fill(Untouched);
            int outcome = _call.Move(_pidFd.Thread, addresses[first..], _buffers.Nodes.AsSpan(0, count), status, _flags);
            if (outcome == -Errno.EPERM && _flags == MovePages.MPOL_MF_MOVE_ALL)
            {
                // MOVE_ALL without CAP_SYS_NICE: pages that others map stay where they are.
                _flags = MovePages.MPOL_MF_MOVE;
                continue;
            }

            // ESRCH: the thread that led to the memory has ended; EINVAL: it is a zombie, as first threads stay.
            if (outcome is -Errno.ESRCH or -Errno.EINVAL && LivingThread.Renew(_pidFd))
            {
                continue;
            }

            first = _pidFd.IsAlive ? first + Settle(addresses[first..], targetNode, outcome, status, results[first..]) : 0;
        }
    }

    /// <summary>
    /// Turns one call's statuses into results; returns how many addresses from the start are settled. The kernel queues pages until
    /// one cannot be queued, stores that page's status, then migrates the queue; when that fails in part it stores no status
    /// for the queue and stops (do_pages_move, mm/migrate.c). So an untouched status before the last touched one is a page of the
    /// failed queue, and what follows was never tried; with none before it, all the untouched ones were the last queue.
    /// </summary>
    private int Settle(ReadOnlySpan<ulong> addresses, int targetNode, int outcome, ReadOnlySpan<int> status, Span<MoveResult> results)
    {
        int firstUntouched = status.IndexOf(Untouched);
        int lastTouched = status.LastIndexOfAnyExcept(Untouched);
        bool wholeTried = outcome < 0 || firstUntouched < 0 || firstUntouched > lastTouched;
        int settled = wholeTried ? addresses.Length : lastTouched + 1;
        MoveResult untouched = outcome switch
        {
            -Errno.ESRCH => MoveResult.ProcessGone,
            -Errno.ENOMEM or -Errno.ENODEV => MoveResult.NoMemory,
            -Errno.EPERM or -Errno.EACCES => MoveResult.Denied,
            _ => MoveResult.Busy,
        };
        if (firstUntouched >= 0 && firstUntouched < settled)
        {
            Span<int> where = _buffers.Where.AsSpan(firstUntouched, settled - firstUntouched);
            if (_call.Query(_pidFd.Thread, addresses[firstUntouched..settled], where) != 0)
            {
                where.Fill(Untouched);
            }
        }

        for (int i = 0; i < settled; i++)
        {
            results[i] = status[i] != Untouched ? ResultOf(status[i], targetNode)
                : _buffers.Where[i] == targetNode ? MoveResult.Moved
                : _buffers.Where[i] is -Errno.ENOENT or -Errno.EFAULT ? MoveResult.Gone
                : untouched;
        }

        return settled;
    }

    private static MoveResult ResultOf(int status, int targetNode) => status switch
    {
        _ when status == targetNode => MoveResult.Moved,
        -Errno.ENOENT or -Errno.EFAULT => MoveResult.Gone,
        -Errno.EACCES or -Errno.EPERM => MoveResult.Denied,
        -Errno.ENOMEM => MoveResult.NoMemory,
        _ => MoveResult.Busy,
    };
}
