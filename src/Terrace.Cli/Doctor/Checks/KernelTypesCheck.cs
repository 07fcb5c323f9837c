namespace Terrace.Cli.Doctor.Checks;

/// <summary>BTF: the kernel's description of its own structures.</summary>
internal sealed class KernelTypesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.OpenError("sys/kernel/btf/vmlinux") == 0;
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "kernel types",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "knowing where the kernel's structures keep page tables",
            Detail = there ? "/sys/kernel/btf/vmlinux is there" : "this kernel has no /sys/kernel/btf/vmlinux",
            Fix = there ? null : "use a kernel with CONFIG_DEBUG_INFO_BTF=y (distributions' kernels have it)",
        };
    }
}
