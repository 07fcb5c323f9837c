using Terrace.Linux.Kernel;
using Terrace.Linux.KernelMemory;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// /proc/kallsyms with addresses: kernel.kptr_restrict=2 shows zeros to root too (Documentation/admin-guide/sysctl/kernel.rst).
/// </summary>
internal sealed class KernelSymbolsCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool shown = TrackerProbe.ShowsSymbols(host.Root);
        long? restrict = host.Files.ReadNumber("proc/sys/kernel/kptr_restrict");
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "kernel symbols",
            State = shown ? CheckState.Works : CheckState.Missing,
            NeededFor = "finding the kernel's list of processes",
            Detail = shown ? $"/proc/kallsyms shows addresses (kptr_restrict {restrict?.ToString() ?? "unknown"})"
                : restrict >= 2 ? $"kptr_restrict is {restrict}, which hides addresses from root too"
                : host.Probes.IsRoot ? "/proc/kallsyms does not show where init_task is" : "/proc/kallsyms hides addresses from this user",
            Fix = shown ? null
                : restrict >= 2 ? "sudo sysctl kernel.kptr_restrict=1"
                : !host.Probes.IsRoot ? "sudo terrace doctor"
                : CapabilitySet.Read(host.Files)?.Has(Capability.CAP_SYSLOG) == false ? "run it with CAP_SYSLOG"
                : "use a kernel with CONFIG_KALLSYMS_ALL=y",
        };
    }
}
