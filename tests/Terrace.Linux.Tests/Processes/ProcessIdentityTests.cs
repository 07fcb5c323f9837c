using Terrace.Linux.Guests;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessIdentityTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    [Theory]
    [InlineData("0::/system.slice/redis-server.service\n", "/system.slice/redis-server.service")]
    [InlineData("12:memory:/docker\n1:name=systemd:/system.slice/cron.service\n0::/\n", "/system.slice/cron.service")]
    [InlineData("0::/\n", "/")]
    [InlineData("", null)]
    public void The_control_group_is_that_of_v2_or_of_systemds_hierarchy(string file, string? path) =>
        Assert.Equal(path, ControlGroupPath.InFile(System.Text.Encoding.UTF8.GetBytes(file)));

    [Theory]
    [InlineData("/system.slice/redis-server.service", "redis-server.service", null, null)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope", "user@1000.service", null, null)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + Id + ".scope", "user@1000.service", null, null)]
    [InlineData("/system.slice/work.service/redis.service", "work.service", null, null)]
    [InlineData("/system.slice/docker-" + Id + ".scope/" + Other, "docker-" + Id + ".scope", Id, null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", "session-3.scope", null, null)]
    [InlineData("/system.slice/docker-" + Id + ".scope", "docker-" + Id + ".scope", Id, null)]
    [InlineData("/docker/" + Id, null, Id, null)]
    [InlineData("/machine.slice/libpod-" + Id + ".scope/container", "libpod-" + Id + ".scope", Id, null)]
    [InlineData("/kubepods/burstable/pod11111111-2222-3333-4444-555555555555/" + Id, null, Id, "11111111-2222-3333-4444-555555555555")]
    [
        InlineData(
            "/kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice/cri-containerd-" + Id + ".scope",
            "cri-containerd-" + Id + ".scope",
            Id,
            "11111111-2222-3333-4444-555555555555"),
    ]
    [InlineData("/system.slice/podman.socket/podcast", "podman.socket", null, null)]
    [InlineData("/", null, null, null)]
    public void Unit_container_and_pod_are_in_the_control_groups_path(string path, string? unit, string? container, string? pod) =>
        Assert.Equal(
            (unit, container, pod), (ControlGroupPath.UnitOf(path), ControlGroupPath.ContainerOf(path), ControlGroupPath.PodOf(path)));

    [Theory]
    [InlineData("qemu -name guest=web1,debug-threads=on -m 4G", "web1")]
    [InlineData("qemu -m 4G -name web1", "web1")]
    [InlineData("qemu --name web1,process=x", "web1")]
    [InlineData("qemu -name guest=a,,b", "a,b")]
    [InlineData("qemu -name debug-threads=on", null)]
    [InlineData("qemu -m 4G -name", null)]
    [InlineData("qemu", null)]
    public void The_virtual_machine_is_called_what_its_command_line_says(string line, string? name) =>
        Assert.Equal(name, QemuArguments.NameIn(line.Split(' ')));

    [Fact]
    public void A_process_is_known_by_all_that_proc_says_of_it()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .With("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nqemu:x:107:107::/:/bin/false\n")
            .With("proc/4711/stat", "4711 (qemu-system-x86) S 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 1 1\n")
            .With("proc/4711/cmdline", "/usr/bin/qemu-system-x86_64\0-name\0guest=web1\0-m\04G\0")
            .With("proc/4711/cgroup", "0::/machine.slice/web1.scope\n")
            .With("proc/4711/status", "Name:\tqemu\nUid:\t0\t107\t107\t107\nGid:\t0\t108\t108\t108\n")
            .With("proc/1/stat", "1 (systemd) S 0 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 1 1\n");
        File.CreateSymbolicLink(Path.Combine(tree.Root, "proc/4711/exe"), "/usr/bin/qemu-system-x86_64 (deleted)");
        File.CreateSymbolicLink(Path.Combine(tree.Root, "proc/1/exe"), "/usr/lib/systemd/systemd");
        ProcessIdentityReader reader = new(tree.Root);
        Assert.Contains(4711, reader.Pids());
        Assert.Equal(
            new ProcessIdentity
            {
                Pid = 4711,
                Comm = "qemu-system-x86",
                ParentPid = 1,
                ParentComm = "systemd",
                ParentExecutable = "/usr/lib/systemd/systemd",
                Cgroup = "/machine.slice/web1.scope",
                Executable = "/usr/bin/qemu-system-x86_64",
                Command = "/usr/bin/qemu-system-x86_64 -name guest=web1 -m 4G",
                UserId = "107",
                GroupId = "108",
                UserName = "qemu",
                Unit = "web1.scope",
                Vm = "web1",
            },
            reader.Read(4711));
    }

    [Fact]
    public void This_process_knows_itself_and_absent_ones_are_nothing()
    {
        ProcessIdentityReader reader = new();
        ProcessIdentity self = reader.Read(Environment.ProcessId)!;
        Assert.Equal(Environment.ProcessPath, self.Executable);
        Assert.NotNull(self.UserId);
        Assert.Contains("Terrace.Linux.Tests", self.Command, StringComparison.Ordinal);
        Assert.Null(reader.Read(int.MaxValue));
    }
}
