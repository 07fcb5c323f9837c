using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// The process events connector (drivers/connector/cn_proc.c): it lists itself in /proc/net/connector of the initial network
/// namespace, and wants CAP_NET_ADMIN.
/// </summary>
internal sealed class ProcessEventsCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool offered = host.Files.ReadText("proc/net/connector")?.Contains("cn_proc", StringComparison.Ordinal) == true;
        bool permitted = CapabilitySet.Read(host.Files)?.Has(Capability.CAP_NET_ADMIN) == true;
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "process events",
            State = offered && permitted ? CheckState.Works : CheckState.Missing,
            NeededFor = "noticing new processes at once; without it /proc is searched",
            Detail = !offered ? "/proc/net/connector does not list cn_proc"
                : permitted ? "cn_proc is there"
                : "cn_proc is there, but CAP_NET_ADMIN is missing",
            Fix = !offered ? "use a kernel with CONFIG_PROC_EVENTS=y, in the host's network namespace"
                : permitted ? null
                : host.Probes.IsRoot ? "run it with CAP_NET_ADMIN (for a container: --cap-add NET_ADMIN)"
                : "sudo terrace doctor",
        };
    }
}
