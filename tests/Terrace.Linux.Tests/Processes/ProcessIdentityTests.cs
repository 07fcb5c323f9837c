using Terrace.Linux.Files;
using Terrace.Linux.Guests;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ProcessIdentityTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string PodId = "11111111-2222-3333-4444-555555555555";
    private const string Other = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

    [Theory]
    [InlineData("0::/system.slice/redis-server.service\n", "/system.slice/redis-server.service")]
    [InlineData("12:memory:/docker\n1:name=systemd:/system.slice/cron.service\n0::/\n", "/system.slice/cron.service")]
    [InlineData("0::/\n", "/")]
    [InlineData("", null)]
    [InlineData("1:name=systemd:/docker/" + Id + "\n0::/system.slice/containerd.service\n", "/docker/" + Id)]
    [InlineData("12:memory:/docker/" + Id + "\n1:name=systemd:/\n", "/docker/" + Id)]
    [InlineData("3:cpu,cpuacct:/kubepods/burstable/pod" + PodId + "/" + Id + "\n0::/\n", "/kubepods/burstable/pod" + PodId + "/" + Id)]
    [
        InlineData(
            "9:pids:/system.slice/containerd.service\n5:memory:/system.slice/containerd.service/kubepods-burstable-pod" + PodId
                + ".slice:cri-containerd:" + Id + "\n0::/system.slice/containerd.service\n",
            "/system.slice/containerd.service/kubepods-burstable-pod" + PodId + ".slice:cri-containerd:" + Id),
    ]
    [InlineData("5:memory:/docker/" + Id + "\n1:name=systemd:/docker/" + Id + "/x\n0::/lxc.payload.web/y\n", "/lxc.payload.web/y")]
    [InlineData("7:memory:/jobs\n0::/\n", "/")]
    [InlineData("7:memory:/jobs\n", "/jobs")]
    [InlineData("0::/docker/" + Id + " (deleted)\n", "/docker/" + Id)]
    [InlineData("no colons\n:\n::\n0:\n", null)]
    [
        InlineData(
            "5:memory:/docker/" + Id + "\n1:name=systemd:/user.slice/user-1000.slice/user@1000.service/x.scope\n0::/\n",
            "/user.slice/user-1000.slice/user@1000.service/x.scope"),
    ]
    public void The_control_group_is_that_of_v2_or_of_systemds_hierarchy_or_the_one_that_tells_the_container(string file, string? path) =>
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
    [InlineData("/system.slice/containerd.service/kubepods-burstable-pod" + PodId + ".slice:cri-containerd:" + Id, null, Id, PodId)]
    [InlineData("/kubepods-besteffort-pod" + PodId + ".slice:cri-containerd:" + Id, null, Id, PodId)]
    [
        InlineData(
            "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod11111111_2222_3333_4444_555555555555.slice/crio-" + Id
                + ".scope/container",
            "crio-" + Id + ".scope",
            Id,
            PodId),
    ]
    [InlineData("/kubepods/pod0123456789abcdef0123456789abcdef/" + Id, null, Id, "0123456789abcdef0123456789abcdef")]
    [InlineData("/kubepods/burstable/pod" + PodId + "/kata_" + Id, null, Id, PodId)]
    [InlineData("/machine.slice/libpod-conmon-" + Id + ".scope", "libpod-conmon-" + Id + ".scope", null, null)]
    [InlineData("/system.slice/web.service/libpod-payload-" + Id, "web.service", Id, null)]
    [InlineData("/system.slice/docker.service/docker/" + Id, null, Id, null)]
    [InlineData("/docker/" + Id + "/kubelet/kubepods/burstable/pod" + PodId + "/" + Other, null, Id, null)]
    [InlineData("/docker/" + Id + "/docker/" + Other, null, Id, null)]
    [InlineData("/docker/" + Id + "/user.slice/user-0.slice/user@0.service/x/docker/" + Other, null, Id, null)]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/kubepods/pod" + PodId + "/" + Id, "user@1000.service", null, null)]
    [InlineData("/user/joe/0/docker/" + Id, null, null, null)]
    [InlineData("/lxc.payload.web.1/system.slice/cron.service", null, "web.1", null)]
    [InlineData("/docker/" + Id + "/system.slice/cron.service", null, Id, null)]
    [InlineData("/machine.slice/machine-libpod_pod_" + Id + ".slice/libpod-" + Other + ".scope", "libpod-" + Other + ".scope", Other, null)]
    [InlineData("/machine.slice/machine-web.slice/x.service", "x.service", null, null)]
    [InlineData("/lxc/100/ns/docker/" + Id, null, "100", null)]
    [InlineData("/lxc.monitor.web", null, null, null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope/lxc.payload.web", "session-3.scope", null, null)]
    [InlineData("/machine.slice/systemd-nspawn@web.service/payload", "systemd-nspawn@web.service", "web", null)]
    [InlineData("/machine.slice/machine-web\\x2d1.scope/payload", "machine-web\\x2d1.scope", "web-1", null)]
    [InlineData("/machine.slice/machine-qemu\\x2d1\\x2dweb.scope", "machine-qemu\\x2d1\\x2dweb.scope", null, null)]
    [InlineData("/garden/a1b2c3d4-a1b2-a1b2-a1b2-a1b2", null, "a1b2c3d4-a1b2-a1b2-a1b2-a1b2", null)]
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

    [Theory]
    [InlineData("9:memory:/a\n1:name=systemd:/b\n0::/c\n", "/a")]
    [InlineData("1:name=systemd:/b\n0::/c\n", "/c")]
    [InlineData("1:name=systemd:/b\n", null)]
    public void Memory_belongs_to_v1s_group_where_its_controller_is_there(string file, string? path) =>
        Assert.Equal(path, ControlGroupPath.OfMemory(System.Text.Encoding.UTF8.GetBytes(file)));

    [Fact]
    public void A_process_of_a_pod_has_the_pods_name_and_namespace_from_the_folder_of_its_logs()
    {
        using CapturedTree tree = CapturedTree.Empty()
            .With("proc/4711/stat", "4711 (postgres) S 1 4711 4711 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 1 1 1\n")
            .With("proc/4711/cgroup", $"5:memory:/kubepods/burstable/pod{PodId}/{Id}\n0::/system.slice/containerd.service\n")
            .With("data/pods/prod_db-1_0a1b2c3d-0000-0000-0000-000000000000/postgres/0.log", "")
            .With("data/pods/no-pod/x", "")
            .With("var/log/other", "");

        // On some hosts it is a link to a larger disk.
        Directory.CreateSymbolicLink(Path.Combine(tree.Root, "var/log/pods"), "../../data/pods");
        ProcessIdentityReader reader = new(tree.Root);
        ProcessIdentity before = reader.Read(4711)!;
        Assert.Equal((Id, PodId, null, null, null), (before.Container, before.Pod, before.PodName, before.Namespace, before.Unit));

        // Its folder comes after the others were read.
        tree.With($"data/pods/prod_db-0_{PodId}/postgres/0.log", "");
        ProcessIdentity after = reader.Read(4711)!;
        Assert.Equal(("db-0", "prod"), (after.PodName, after.Namespace));
    }

    [Theory]
    [InlineData("prod_db-0_" + PodId, "prod", "db-0")]
    [InlineData("kube-system_etcd-node1_0123456789abcdef0123456789abcdef", "kube-system", "etcd-node1")]
    [InlineData("db-0_" + PodId, null, null)]
    [InlineData("a_b_c_d", null, null)]
    [InlineData("_b_c", null, null)]
    public void The_folder_of_a_pods_logs_has_namespace_name_and_identifier(string folder, string? space, string? name) =>
        Assert.Equal(space is null ? null : new PodName(space, name!), PodFolders.TryParse(folder)?.Name);

    [Fact]
    public void A_process_whose_first_thread_has_ended_is_known_by_another()
    {
        // Flags 0x40044c: PF_EXITING among them. Its own links lead nowhere, and its command line is empty.
        using CapturedTree tree = CapturedTree.Empty()
            .With("proc/4711/stat", "4711 (server) Z 1 4711 4711 0 -1 4195404 0 0 0 0 0 0 0 0 20 0 1 0 77 1 1\n")
            .With("proc/4711/cmdline", "")
            .With("proc/4711/cgroup", "5:memory:/\n0::/\n")
            .With("proc/4711/status", "Name:\tserver\nUid:\t0\t107\t107\t107\n")
            .With("proc/4711/task/4711/stat", "4711 (server) Z 1 4711 4711 0 -1 4195404 0 0 0 0 0 0 0 0 20 0 1 0 77 1 1\n")
            .With("proc/4711/task/4712/stat", "4712 (ending) R 1 4711 4711 0 -1 4195404 0 0 0 0 0 0 0 0 20 0 1 0 77 1 1\n")
            .With("proc/4711/task/4713/stat", "4713 (worker) S 1 4711 4711 0 -1 4194368 0 0 0 0 0 0 0 0 20 0 1 0 77 1 1\n")
            .With("proc/4711/task/4713/cgroup", "5:memory:/jobs\n0::/\n")
            .With("proc/4711/task/4713/cmdline", "/usr/bin/server\0--x\0");
        File.CreateSymbolicLink(Path.Combine(tree.Root, "proc/4711/task/4713/exe"), "/usr/bin/server");
        ProcessIdentityReader reader = new(tree.Root);
        ProcessIdentity process = reader.Read(4711)!;
        Assert.Equal(
            ("server", "/usr/bin/server", "/usr/bin/server --x", "107"),
            (process.Comm, process.Executable, process.Command, process.UserId));
        Assert.True(reader.GoesOn(4711));
        Assert.Equal(4713, LivingThread.Of(4711, new FileTree(tree.Root)));

        // Then the worker ends too.
        tree.Without("proc/4711/task/4713");
        Assert.False(reader.GoesOn(4711));
        Assert.Equal("proc/4711", LivingThread.FolderOf(4711, new FileTree(tree.Root)));
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
