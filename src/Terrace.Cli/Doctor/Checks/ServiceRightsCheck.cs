using Terrace.Host.Configuration;
using Terrace.Host.Kernel;
using Terrace.Linux.Interop;
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
        string file = ConfigurationFile.StandardPath.TrimStart('/');
        DaemonConfiguration? configuration = ConfigurationFile.Load(host.Files.PathOf(file), out _, mayWait: false);

        // One that is there and was not read may ask for anything.
        bool isHidden = configuration is null && host.Files.OpenError(file) is not (Errno.ENOENT or Errno.ENOTDIR);
        KernelMode? mode = configuration?.Kernel;
        bool? allowed = ServiceRights.Allow(host.Files, Capability.CAP_SYS_ADMIN);
        bool lacks = mode is not null && allowed == false;
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "host.kernel",
            State = lacks || isHidden ? CheckState.Degraded : CheckState.Works,
            NeededFor = "a service that sets the kernel's own tiering, as its configuration says",
            Detail = isHidden
                ? $"what the service changes is not known: {ConfigurationFile.StandardPath} cannot be used, or not read from here"
                : mode is null ? "the service changes no kernel settings"
                : allowed is null ? $"{mode.Name}; there is no service here whose unit could forbid it"
                : lacks ? $"{mode.Name}, but the unit does not give CAP_SYS_ADMIN, so numa_balancing cannot be written"
                : $"{mode.Name}, and the unit permits it",
            Fix = isHidden ? $"sudo terrace config check {ConfigurationFile.StandardPath}"
                : lacks ? ServiceDropIn.HostKernel.Command : null,
        };
    }
}
