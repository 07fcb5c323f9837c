namespace Terrace.Core.Machine;

/// <summary>What became of one page that was to be moved. The first two mean that it is where it should be.</summary>
public enum MoveResult : byte
{
    /// <summary>It is on the target node now.</summary>
    Moved,

    /// <summary>It was on the target node before.</summary>
    AlreadyThere,

    /// <summary>
    /// The kernel could not isolate or migrate it now (EBUSY, or migration failed): pinned, under I/O, being moved by another.
    /// </summary>
    Busy,

    /// <summary>No page is mapped there any more (ENOENT, EFAULT).</summary>
    Gone,

    /// <summary>The target node had no room (ENOMEM).</summary>
    NoMemory,

    /// <summary>The page is mapped by several processes or the kernel forbids the move (EACCES, EPERM).</summary>
    Denied,

    /// <summary>The process exited (ESRCH).</summary>
    ProcessGone,
}
