namespace Terrace.Cli.Doctor.Checks;

/// <summary>
/// Control groups, version 2, with the memory controller and its figures by node (Documentation/admin-guide/cgroup-v2.rst).
/// </summary>
internal sealed class ControlGroupsCheck : IHostCheck
{
    private const string Folder = "sys/fs/cgroup";

    public CheckResult Look(DoctorHost host)
    {
        string[]? controllers = host.Files.ReadText($"{Folder}/cgroup.controllers")?.Split(' ');
        bool memory = controllers?.Contains("memory") == true;
        bool byNode = host.Files.Has($"{Folder}/memory.numa_stat")
            || host.Files.Names(Folder).Any(name => host.Files.Has($"{Folder}/{name}/memory.numa_stat"));
        return new CheckResult
        {
            Group = CheckGroups.Optional,
            Name = "control groups",
            State = controllers is null || !memory ? CheckState.Missing : byNode ? CheckState.Works : CheckState.Degraded,
            NeededFor = "memory of containers and services by node",
            Detail = controllers is null ? "no control groups of version 2 at /sys/fs/cgroup"
                : !memory ? "version 2, but the memory controller is not offered there"
                : byNode ? "version 2 with memory.numa_stat" : "version 2 with the memory controller, but without memory.numa_stat",
            Fix = controllers is null ? "boot with systemd.unified_cgroup_hierarchy=1, or mount -t cgroup2 cgroup2 /sys/fs/cgroup"
                : !memory ? "boot without cgroup_disable=memory, and without a version-1 memory hierarchy"
                : byNode ? null : "use a kernel with CONFIG_MEMCG=y and CONFIG_NUMA=y, 5.10 or later",
        };
    }
}
