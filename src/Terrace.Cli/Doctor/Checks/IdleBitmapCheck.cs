namespace Terrace.Cli.Doctor.Checks;

/// <summary>The idle bitmap, the other tracker.</summary>
internal sealed class IdleBitmapCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.HasIdleBitmap;
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "idle bitmap",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "tracking where page tables cannot be read; where they can, nothing is lost",
            Detail = there ? "/sys/kernel/mm/page_idle/bitmap is there" : "this kernel has no /sys/kernel/mm/page_idle/bitmap",
            Fix = there ? null : "use a kernel with CONFIG_IDLE_PAGE_TRACKING=y, if page tables cannot be read",
        };
    }
}
