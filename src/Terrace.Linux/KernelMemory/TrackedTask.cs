using Terrace.Linux.Interop;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// The kernel's own structures of a process that is tracked, as long as they are this process's: its task_struct, its mm_struct
/// and its top page table.
/// </summary>
/// <remarks>
/// A pidfd pins the process's number; the caller's open /proc/PID/maps pins the mm_struct and the top table. The kernel clears
/// task.mm before it frees page tables on exit (exit_mm, kernel/exit.c): when <see cref="IsSame"/> holds after tables were read,
/// they were the process's own throughout.
/// </remarks>
internal sealed class TrackedTask(KernelView kernel, PidFd pidFd)
{
    private TaskFacts _facts;
    private ulong _root;

    /// <summary>The kernel that it is in.</summary>
    public KernelView Kernel => kernel;

    /// <summary>The task as it was when found.</summary>
    public TaskFacts Facts => _facts;

    /// <summary>Physical address of its top page table.</summary>
    public ulong Root => _root;

    /// <summary>True while the process has the address space that was found.</summary>
    public bool IsSame() =>
        kernel.Tasks.TryRead(_facts.Address, out TaskFacts now)
            && now.Tgid == _facts.Tgid
            && now.Pid == _facts.Pid
            && now.Mm == _facts.Mm
            && now.ExecId == _facts.ExecId
            && pidFd.IsAlive;

    /// <summary>
    /// As <see cref="IsSame"/>, but looks again before it says no: after memory hotplug the core file's data may have moved; and the
    /// thread that was looked at may have ended while others continue in the same address space.
    /// </summary>
    /// <remarks>
    /// Another thread that has the mm_struct now says the same of the time before: the structure is pinned, and no thread gets it again
    /// once all have let go of it.
    /// </remarks>
    public bool IsSameAfterReload()
    {
        if (IsSame())
        {
            return true;
        }

        if (!pidFd.IsAlive || _facts.Mm == 0)
        {
            return false;
        }

        kernel.Core.Reload();
        return IsSame() || (TryOtherThread(_facts.Mm) && IsSame());
    }

    /// <summary>Finds the process's task and address space; false when it has none.</summary>
    public bool TryFind() =>
        kernel.Tasks.TryFind(pidFd.Pid, out _facts)
            && (Take(_facts) || TryOtherThread(mm: 0))
            && pidFd.IsAlive
            && kernel.Core.TryReadVirtual(_facts.Mm + (ulong)kernel.Layout.MmPgd, out ulong top)
            && kernel.Core.TryPhysicalOf(top, out _root);

    // The first thread stays in the list of processes until the last one has ended.
    private bool TryOtherThread(ulong mm) =>
        kernel.Tasks.TryFind(pidFd.Pid, out TaskFacts first)
            && kernel.Tasks.TryFindThread(first, mm, out TaskFacts thread)
            && Take(thread);

    private bool Take(in TaskFacts thread)
    {
        if (thread.Mm == 0)
        {
            return false;
        }

        _facts = thread;
        pidFd.Thread = thread.Pid;
        return true;
    }

    /// <summary>Bytes of page tables that the kernel says it has; null where the kernel does not count them.</summary>
    public ulong? PageTableBytes() =>
        kernel.Layout.MmPageTableBytes is { } offset && kernel.Core.TryReadVirtual(_facts.Mm + (ulong)offset, out ulong bytes)
            ? bytes
            : null;
}
