using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>The capabilities that root usually has, and that containers and service managers take away.</summary>
internal sealed class CapabilitiesCheck : IHostCheck
{
    private static readonly Capability[] s_essential = [Capability.CAP_SYS_PTRACE, Capability.CAP_SYS_NICE];

    // Without these one tracker or another is missing, or a convenience.
    private static readonly Capability[] s_useful =
    [
        Capability.CAP_DAC_OVERRIDE,
        Capability.CAP_SYS_RAWIO,
        Capability.CAP_SYSLOG,
        Capability.CAP_SYS_ADMIN,
        Capability.CAP_NET_ADMIN,
    ];

    public CheckResult Look(DoctorHost host)
    {
        CapabilitySet held = CapabilitySet.Read(host.Files) ?? default;
        Capability[] missing = [.. s_essential.Concat(s_useful).Where(capability => !held.Has(capability))];
        return new CheckResult
        {
            Group = CheckGroups.Rights,
            Name = "capabilities",
            Essential = true,
            State = missing.Length == 0 ? CheckState.Works
                : s_essential.Intersect(missing).Any() ? CheckState.Missing
                : CheckState.Degraded,
            NeededFor = "seeing other processes (SYS_PTRACE), moving their pages (SYS_NICE), processes of other users (DAC_OVERRIDE), "
                + "/proc/kcore (SYS_RAWIO), kernel symbols (SYSLOG), frame numbers (SYS_ADMIN), process events (NET_ADMIN)",
            Detail = missing.Length == 0 ? "all that are used" : $"without {string.Join(", ", missing)}",
            Fix = missing.Length == 0 ? null
                : host.Probes.IsRoot
                ? $"give them to the container or service: "
                    + $"{string.Join(' ', missing.Select(capability => $"--cap-add {capability.ToString()[4..]}"))}"
                : "sudo terrace doctor",
        };
    }
}
