using Terrace.Linux.Interop;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>move_pages(2), which containers' filters of system calls often forbid.</summary>
internal sealed class MovePagesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        int error = host.Probes.MovePagesError;
        return new CheckResult
        {
            Group = CheckGroups.Placement,
            Name = "move_pages",
            Essential = true,
            State = error == 0 ? CheckState.Works : CheckState.Missing,
            NeededFor = "moving pages",
            Detail = error switch
            {
                0 => "the kernel accepts the call",
                Errno.ENOSYS => "this kernel does not have the call",
                _ => $"the call is refused (error {error})",
            },
            Fix = error switch
            {
                0 => null,
                Errno.ENOSYS => "use a kernel with CONFIG_NUMA=y and CONFIG_MIGRATION=y",
                _ => "allow move_pages in the container's seccomp profile (for docker: --cap-add SYS_NICE)",
            },
        };
    }
}
