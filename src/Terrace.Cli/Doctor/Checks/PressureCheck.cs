namespace Terrace.Cli.Doctor.Checks;

/// <summary>Pressure stall information (Documentation/accounting/psi.rst).</summary>
internal sealed class PressureCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool there = host.Files.Read("proc/pressure/memory") is { Length: > 0 };
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "memory pressure",
            State = there ? CheckState.Works : CheckState.Missing,
            NeededFor = "seeing how long processes wait for memory",
            Detail = there ? "/proc/pressure/memory is there" : "/proc/pressure/memory cannot be read",
            Fix = there ? null : "boot with psi=1, on a kernel with CONFIG_PSI=y",
        };
    }
}
