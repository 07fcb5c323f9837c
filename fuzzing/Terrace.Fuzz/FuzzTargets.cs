using Terrace.Fuzz.Targets;

namespace Terrace.Fuzz;

/// <summary>All targets, those first that read what others wrote, in binary or in a rich form.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new BtfTarget(),
        new KcoreTarget(),
        new QemuTarget(),
        new ControlTarget(),
        new GuestLayoutTarget(),
        new PageTablesTarget(),
        new ProcessEventsTarget(),
        new ProcessTarget(),
        new NodesTarget(),
        new UnitsTarget(),
        new LayoutFileTarget(),
        new ConfigurationTarget(),
        new ReclaimTarget(),
        new KernelSettingsTarget(),
        new MapsTarget(),
        new SmapsTarget(),
        new NumaMapsTarget(),
        new KallsymsTarget(),
        new EnvironmentTarget(),
        new AptSourcesTarget(),
        new StateFilesTarget(),
        new SysfsTarget(),
    ];

    /// <summary>The target of a name; null when there is none.</summary>
    public static IFuzzTarget? Find(string name) => All.FirstOrDefault(target => target.Name == name);
}
