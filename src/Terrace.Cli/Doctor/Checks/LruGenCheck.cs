namespace Terrace.Cli.Doctor.Checks;

/// <summary>The multi-generational LRU's debugfs file (Documentation/admin-guide/mm/multigen_lru.rst).</summary>
internal sealed class LruGenCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.Has("sys/kernel/debug/lru_gen");
        bool inKernel = host.Files.Has("sys/kernel/mm/lru_gen/enabled");
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "LRU generations",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "seeing what guests of KVM access; other processes do not need it",
            Detail = there ? "/sys/kernel/debug/lru_gen is there"
                : !inKernel ? "this kernel has no multi-generational LRU"
                : host.Probes.IsRoot ? "debugfs is not mounted, or does not have it" : "debugfs cannot be seen without root",
            Fix = there ? null
                : !inKernel ? "use a kernel with CONFIG_LRU_GEN=y"
                : host.Probes.IsRoot ? "sudo mount -t debugfs debugfs /sys/kernel/debug" : "sudo terrace doctor",
        };
    }
}
