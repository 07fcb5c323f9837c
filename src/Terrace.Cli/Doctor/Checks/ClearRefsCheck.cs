using Terrace.Linux.Clearers;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>/proc/PID/clear_refs, and with it pagemap (fs/proc/task_mmu.c).</summary>
internal sealed class ClearRefsCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.Has("proc/self/clear_refs");
        string large = Pieces.WorkOn(host.Release)
            ? "large processes are cleared in pieces (madvise-cold)"
            : "large processes wait for it longer, because in pieces it would split folios before Linux 6.10";
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "clearing accessed bits",
            Essential = true,
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "seeing which pages were used since the last look",
            Detail = there ? $"/proc/PID/clear_refs is there; {large}" : "this kernel has no /proc/PID/clear_refs",
            Fix = there ? null : "use a kernel with CONFIG_PROC_PAGE_MONITOR=y (distributions' kernels have it)",
        };
    }
}
