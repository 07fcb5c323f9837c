using Terrace.Host.Configuration;
using Terrace.Host.Kernel;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// Whether the service may do what its configuration asks for of the kernel: NUMA balancing is CAP_SYS_ADMIN's, which the unit
/// does not give.
/// </summary>
internal sealed class ServiceRightsCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        KernelMode? mode = ConfigurationFile.Load(host.Files.PathOf(ConfigurationFile.StandardPath.TrimStart('/')), out _)?.Kernel;
        bool? allowed = ServiceRights.Allow(host.Files, Capability.CAP_SYS_ADMIN);
        bool lacks = mode is not null && allowed == false;
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "host.kernel",
            State = lacks ? CheckState.Degraded : CheckState.Works,
            NeededFor = "a service that sets the kernel's own tiering, as its configuration says",
            Detail = mode is null ? "the service changes no kernel settings"
                : allowed is null ? $"{mode.Name}; there is no service here whose unit could forbid it"
                : lacks ? $"{mode.Name}, but the unit does not give CAP_SYS_ADMIN, so numa_balancing cannot be written"
                : $"{mode.Name}, and the unit permits it",
            Fix = lacks ? ServiceDropIn.HostKernel.Command : null,
        };
    }
}
