using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Tells with one system call whether any of many processes has exited (epoll(7) on their pidfds, which become readable then). A
/// process leaves it when its pidfd is closed.
/// Where the kernel gives no epoll descriptor it always says that one may have.
/// </summary>
public sealed class ExitWatch : IDisposable
{
    private readonly EpollSet? _set = EpollSet.TryOpen();
    private bool _incomplete;

    /// <summary>True when a watched process has exited and its pidfd is still open; true too when that cannot be known.</summary>
    public bool MayHaveExits => _set is null || _incomplete || _set.IsReady;

    /// <summary>Watches one more process, until its pidfd is closed.</summary>
    public void Add(PidFd pidFd)
    {
        ArgumentNullException.ThrowIfNull(pidFd);
        _incomplete |= _set?.TryAdd(pidFd, (ulong)pidFd.Pid) == false;
    }

    /// <summary>
    /// Fills in the numbers of watched processes that have exited and whose pidfds are still open, as many as fit; returns how many.
    /// The same ones come again until their pidfds are closed.
    /// </summary>
    public int Take(Span<int> pids) => _set?.Ready(pids) ?? 0;

    /// <summary>Makes a set ready when <see cref="MayHaveExits"/> is true; false when that is not possible.</summary>
    public bool AddTo(EpollSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return _set is not null && set.TryAdd(_set);
    }

    /// <inheritdoc/>
    public void Dispose() => _set?.Dispose();
}
