namespace Terrace.Linux.KernelMemory;

/// <summary>Byte offsets within the kernel's structures (include/linux/sched.h, include/linux/mm_types.h).</summary>
/// <param name="TaskTasks">task_struct.tasks: the list of all processes.</param>
/// <param name="TaskPid">task_struct.pid.</param>
/// <param name="TaskTgid">task_struct.tgid: the process id.</param>
/// <param name="TaskMm">task_struct.mm: null for kernel threads and after exit.</param>
/// <param name="TaskExecId">task_struct.self_exec_id: counts execve calls; null when this kernel has none.</param>
/// <param name="MmPgd">mm_struct.pgd: kernel virtual address of the top page table.</param>
/// <param name="MmPageTableBytes">mm_struct.pgtables_bytes: memory in page tables; null when this kernel has none.</param>
/// <param name="MmLockCount">mm_struct.mm_lock_seq: counts how often the lock that every change of mappings needs was taken for
/// writing; null when this kernel has none (before 6.4).</param>
/// <param name="MmLockStep">By how much that count grows each time: on newer kernels it is a seqcount_t, which grows when the
/// lock is taken and when it is let go.</param>
/// <param name="Threads">How the threads of a process are linked; null when this kernel has it otherwise.</param>
internal sealed record KernelLayout(
    int TaskTasks,
    int TaskPid,
    int TaskTgid,
    int TaskMm,
    int? TaskExecId,
    int MmPgd,
    int? MmPageTableBytes,
    int? MmLockCount,
    uint MmLockStep,
    ThreadLinks? Threads)
{
    /// <summary>Looks the offsets up; null when one that is needed is not there.</summary>
    public static KernelLayout? TryFind(BtfReader btf)
    {
        int? tasks = btf.OffsetOf("task_struct"u8, "tasks"u8);
        int? pid = btf.OffsetOf("task_struct"u8, "pid"u8);
        int? tgid = btf.OffsetOf("task_struct"u8, "tgid"u8);
        int? mm = btf.OffsetOf("task_struct"u8, "mm"u8);
        int? pgd = btf.OffsetOf("mm_struct"u8, "pgd"u8);
        return tasks is null || pid is null || tgid is null || mm is null || pgd is null
            ? null
            : new KernelLayout(
                tasks.Value,
                pid.Value,
                tgid.Value,
                mm.Value,
                btf.OffsetOf("task_struct"u8, "self_exec_id"u8),
                pgd.Value,
                btf.OffsetOf("mm_struct"u8, "pgtables_bytes"u8),
                btf.OffsetOf("mm_struct"u8, "mm_lock_seq"u8),
                btf.IsStructure("mm_struct"u8, "mm_lock_seq"u8) ? 2U : 1U,
                ThreadLinks.TryFind(btf));
    }
}
