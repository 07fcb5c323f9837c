namespace Terrace.Linux.ControlGroups;

/// <summary>A top-level control group and the nodes that its processes may use.</summary>
/// <param name="Name">For example <c>system.slice</c>.</param>
/// <param name="Mems">Its cpuset.mems as the kernel writes it; empty for "what the parent has", null when the cpuset controller
/// is not switched on for it.</param>
/// <param name="Nodes">The same as numbers.</param>
public sealed record CpusetGroup(string Name, string? Mems, IReadOnlyList<int> Nodes)
{
    /// <summary>It has CPUs of its own (cpuset.cpus).</summary>
    public bool HasCpus { get; init; }

    /// <summary>
    /// Bytes of its processes' and its files' pages by node (memory.numa_stat, anon and file); null when the memory controller is
    /// not switched on for it.
    /// </summary>
    public IReadOnlyDictionary<int, long>? BytesByNode { get; init; }
}
