namespace Terrace.Linux.PageTables;

/// <summary>Byte offsets within the kernel's structures (include/linux/sched.h, include/linux/mm_types.h).</summary>
/// <param name="TaskTasks">task_struct.tasks: the list of all processes.</param>
/// <param name="TaskPid">task_struct.pid.</param>
/// <param name="TaskTgid">task_struct.tgid: the process id.</param>
/// <param name="TaskMm">task_struct.mm: null for kernel threads and after exit.</param>
/// <param name="TaskExecId">task_struct.self_exec_id: counts execve calls; null when this kernel has none.</param>
/// <param name="MmPgd">mm_struct.pgd: kernel virtual address of the top page table.</param>
/// <param name="MmPageTableBytes">mm_struct.pgtables_bytes: memory in page tables; null when this kernel has none.</param>
internal sealed record KernelLayout(int TaskTasks, int TaskPid, int TaskTgid, int TaskMm, int? TaskExecId, int MmPgd, int? MmPageTableBytes)
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
                btf.OffsetOf("mm_struct"u8, "pgtables_bytes"u8));
    }
}
