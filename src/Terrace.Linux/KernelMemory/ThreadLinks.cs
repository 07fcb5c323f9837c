namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Byte offsets by which the threads of a process are found from any of them: all share a signal_struct, whose thread_head begins
/// a list through the thread_node of each (include/linux/sched/signal.h, __for_each_thread).
/// </summary>
/// <param name="TaskSignal">task_struct.signal.</param>
/// <param name="TaskNode">task_struct.thread_node.</param>
/// <param name="SignalHead">signal_struct.thread_head.</param>
internal sealed record ThreadLinks(int TaskSignal, int TaskNode, int SignalHead)
{
    /// <summary>Looks the offsets up; null when one is not there.</summary>
    public static ThreadLinks? TryFind(BtfReader btf) =>
        btf.OffsetOf("task_struct"u8, "signal"u8) is { } signal
            && btf.OffsetOf("task_struct"u8, "thread_node"u8) is { } node
            && btf.OffsetOf("signal_struct"u8, "thread_head"u8) is { } head
            ? new ThreadLinks(signal, node, head)
            : null;
}
