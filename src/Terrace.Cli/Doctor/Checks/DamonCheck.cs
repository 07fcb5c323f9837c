namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// DAMON's sysfs interface (Documentation/admin-guide/mm/damon/usage.rst). Only looked at: starting it would take it from others.
/// </summary>
internal sealed class DamonCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.Has("sys/kernel/mm/damon/admin/kdamonds");
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "DAMON",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "sampling the heat of memory as a whole; Terrace's own trackers do not need it",
            Detail = there ? "/sys/kernel/mm/damon/admin is there" : "this kernel has no /sys/kernel/mm/damon/admin",
            Fix = there ? null : "use a kernel with CONFIG_DAMON_SYSFS=y",
        };
    }
}
