using Terrace.Cli.Doctor.Checks;

namespace Terrace.Cli.Doctor;

/// <summary>All that <c>terrace doctor</c> looks at, in the order in which it is shown.</summary>
internal static class HostChecks
{
    public static IReadOnlyList<IHostCheck> All { get; } =
    [
        new RootCheck(),
        new CapabilitiesCheck(),
        new LockdownCheck(),
        new KernelMemoryCheck(),
        new KernelSymbolsCheck(),
        new KernelTypesCheck(),
        new PageTablesCheck(),
        new ClearRefsCheck(),
        new IdleBitmapCheck(),
        new SlowTierCheck(),
        new LatenciesCheck(),
        new MovePagesCheck(),
        new OwnTieringCheck(),
        new AccessReadersCheck(),
        new ServiceRightsCheck(),
        new HugePagesCheck(),
        new FoliosCheck(),
        new KsmCheck(),
        new SwapCheck(),
        new FileCacheCheck(),
        new ControlGroupsCheck(),
        new PressureCheck(),
        new ProcessEventsCheck(),
        new OpenFilesCheck(),
        new DamonCheck(),
        new LruGenCheck(),
        new KvmCheck(),
    ];
}
