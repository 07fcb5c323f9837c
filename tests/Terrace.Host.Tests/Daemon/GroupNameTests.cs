using Terrace.Core.Tiering;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Daemon;

public sealed class GroupNameTests : IDisposable
{
    private const string LibvirtScope = @"/machine.slice/machine-qemu\x2d1\x2dweb1.scope/libvirt/emulator";
    private static readonly TargetRule s_guests = new() { Name = "guests", Match = new RuleMatch(), Per = ShareScope.Process };
    private static readonly string s_container = new('a', 64);

    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    public static TheoryData<ProcessIdentity, string> Machines => new()
    {
        { new ProcessIdentity { Vm = "web1", UserId = "0", UserName = "root" }, "web1" },
        { new ProcessIdentity { Vm = "web1", UserId = "64055", UserName = "libvirt-qemu", Cgroup = LibvirtScope }, "web1" },
        { new ProcessIdentity { Vm = "web1", UserId = "1000", UserName = "ann", Cgroup = "/user.slice/user-1000.slice" }, "web1@ann" },
        { new ProcessIdentity { Vm = "web1", UserId = "100000" }, "web1@100000" },
        { new ProcessIdentity { Vm = "web1", UserId = "1000", UserName = "ann@corp" }, "web1@1000" },
        { new ProcessIdentity { Vm = "web1" }, "web1@?" },
        { new ProcessIdentity { Vm = "web1", UserId = "0", UserName = "root", Container = s_container }, "web1@aaaaaaaaaaaa" },
        { new ProcessIdentity { Vm = "web1", UserId = "0", UserName = "root", Pod = "a pod" }, "web1@root" },

        // Rootful podman and systemd-nspawn put their containers in machine.slice too.
        { new ProcessIdentity { Vm = "web1", UserId = "1000", Cgroup = "/machine.slice/machine-box.scope/payload" }, "web1@1000" },
        { new ProcessIdentity { Vm = "web1@ann", UserId = "0", UserName = "root" }, "web1@ann@root" },
        { new ProcessIdentity { Vm = "1234", UserId = "0", UserName = "root" }, "1234@root" },
        { new ProcessIdentity { UserId = "0" }, "7" },
    };

    [Theory]
    [MemberData(nameof(Machines))]
    public void Only_roots_machines_go_by_the_name_that_QEMU_was_given(ProcessIdentity process, string name)
    {
        using ShareOverrides shares = new(Path.Combine(_folder, "shares.json"));
        TieringGroup group = new GroupRegistry(shares).GroupOf(s_guests, process, 7, DaemonConfiguration.StandardTiering);
        Assert.Equal($"guests:{name}", group.Name);
    }

    [Fact]
    public async Task A_users_machine_of_the_same_name_is_in_another_group_and_has_not_the_share_that_was_set()
    {
        using ShareOverrides shares = new(Path.Combine(_folder, "shares.json"));
        GroupRegistry groups = new(shares);
        ProcessIdentity own = new() { Vm = "web1", UserId = "0", UserName = "root" };
        ProcessIdentity anns = new() { Vm = "web1", UserId = "1000", UserName = "ann" };
        TieringGroup roots = groups.GroupOf(s_guests, own, 7, DaemonConfiguration.StandardTiering);
        await shares.SetAsync(roots.Name, Core.Units.FastShare.OfPages(0.9), text: null);
        TieringGroup users = groups.GroupOf(s_guests, anns, 8, DaemonConfiguration.StandardTiering);
        Assert.NotSame(roots, users);
        Assert.Equal(s_guests.Fast, users.Share);
        Assert.Same(roots, groups.GroupOf(s_guests, own, 9, DaemonConfiguration.StandardTiering));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
