using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>/proc/kcore: kernel memory.</summary>
internal sealed class KernelMemoryCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        int error = host.Files.OpenError("proc/kcore");
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "/proc/kcore",
            State = error == 0 ? CheckState.Works : CheckState.Missing,
            NeededFor = "reading page tables",
            Detail = error switch
            {
                0 => "can be opened",
                Errno.ENOENT => "this kernel has none, or a container hides it",
                _ => $"may not be opened (error {error})",
            },
            Fix = error switch
            {
                0 => null,
                Errno.ENOENT => "use a kernel with CONFIG_PROC_KCORE=y, outside a container that hides the file",
                _ when !host.Probes.IsRoot => "sudo terrace doctor",
                _ when LockdownLevels.Read(host.Files) == LockdownLevel.Confidentiality => "see kernel lockdown above",
                _ => "run it with CAP_SYS_RAWIO (for a container: --cap-add SYS_RAWIO)",
            },
        };
    }
}
