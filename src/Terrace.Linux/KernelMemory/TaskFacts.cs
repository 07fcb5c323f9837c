namespace Terrace.Linux.KernelMemory;

/// <summary>What Terrace reads of one task_struct.</summary>
/// <param name="Address">Kernel virtual address of the task_struct.</param>
/// <param name="Next">The next process in the list of all, as the address of its task_struct.</param>
/// <param name="Previous">The one before it; the one before the first is the newest.</param>
/// <param name="Pid">Thread id.</param>
/// <param name="Tgid">Process id.</param>
/// <param name="Mm">Its mm_struct; 0 for kernel threads and after exit.</param>
/// <param name="ExecId">How often it called execve; 0 where the kernel does not tell.</param>
internal readonly record struct TaskFacts(
    ulong Address, ulong Next, ulong Previous, int Pid, int Tgid, ulong Mm, ulong ExecId);
