using Terrace.Core.Machine;
using Terrace.Linux.ControlGroups;
using Terrace.Linux.Files;
using Terrace.Linux.Pressures;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Processes;

/// <summary>
/// Hosts with control groups of version 1, alone or next to v2 without controllers (hybrid), whose processes are in the groups that
/// systemd and container runtimes make there (capture-groups in CapturedTrees).
/// </summary>
public sealed class ControlGroupHostTests
{
    private const string Docker = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string Cri = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
    private const string Pod = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
    private const string PodSlice = "kubepods-burstable-pod0a1b2c3d_4e5f_6071_8293_a4b5c6d7e8f9.slice";
    private const string V1 = "groups-v1-6.1";
    private const string Hybrid = "groups-hybrid-6.1";

    public static TheoryData<string, bool> Hosts => new() { { V1, false }, { V1, true }, { Hybrid, false } };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void Containers_pods_and_services_are_known(string host, bool hasNeverHadVersion2)
    {
        using CapturedTree tree = CapturedTree.CopyOf(host);
        if (hasNeverHadVersion2)
        {
            // The captured one had it until it was unmounted; without it there is no such line.
            foreach (string file in tree.Files.Where(file => file.EndsWith("/cgroup", StringComparison.Ordinal)).ToList())
            {
                File.WriteAllText(file, File.ReadAllText(file).Replace("0::/\n", "", StringComparison.Ordinal));
            }
        }

        Dictionary<string, ProcessIdentity> processes = ProcessesOf(tree.Root);
        Assert.Equal(9, processes.Count);
        Is("docker-cgroupfs", $"/docker/{Docker}", null, Docker, null);
        Is("docker-systemd", $"/system.slice/docker-{Docker}.scope", $"docker-{Docker}.scope", Docker, null);
        Is("cri-cgroupfs", $"/kubepods/burstable/pod{Pod}/{Cri}", null, Cri, Pod);
        Is(
            "cri-systemd",
            $"/kubepods.slice/kubepods-burstable.slice/{PodSlice}/cri-containerd-{Cri}.scope",
            $"cri-containerd-{Cri}.scope",
            Cri,
            Pod);
        Is("cri-mixed", $"/system.slice/containerd.service/{PodSlice}:cri-containerd:{Cri}", null, Cri, Pod);
        Is("service", "/system.slice/nginx.service", "nginx.service", null, null);
        Is("session", "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", null, null);
        Is(
            "user",
            $"/user.slice/user-1000.slice/user@1000.service/docker-{Docker}.scope",
            "user@1000.service",
            null,
            null);
        Is("plain", "/", null, null, null);

        void Is(string name, string path, string? unit, string? container, string? pod) => Assert.Equal(
            (path, unit, container, pod),
            (processes[name].Cgroup, processes[name].Unit, processes[name].Container, processes[name].Pod));
    }

    [Theory]
    [InlineData(V1)]
    [InlineData(Hybrid)]
    public void Memory_is_accounted_to_version_1s_group_and_nodes_of_groups_are_not_known(string host)
    {
        FileTree tree = new(CapturedTree.Of(host));
        foreach ((string name, string path) in (ReadOnlySpan<(string, string)>)
        [
            ("cri-mixed", $"/system.slice/containerd.service/{PodSlice}:cri-containerd:{Cri}"),
            ("session", "/user.slice"),
        ])
        {
            int pid = ProcessesOf(CapturedTree.Of(host))[name].Pid;
            Assert.Equal(path, ControlGroupPath.OfMemory(tree.Read($"proc/{pid}/cgroup")));

            // Version 1's file is below the controller's folder, and has other words.
            Assert.NotEmpty(tree.ReadText($"sys/fs/cgroup/memory{path}/memory.numa_stat")!);
            Assert.Null(NumaStat.Read(path, CapturedTree.Of(host)));
        }

        CpusetTree cpusets = new(CapturedTree.Of(host));
        Assert.Equal((false, false, 0), (cpusets.IsOffered, cpusets.IsOn, cpusets.Groups().Count));
    }

    [Theory]
    [InlineData(V1, false)]
    [InlineData(Hybrid, true)]
    public void A_groups_pressure_is_known_where_version_2_is_mounted(string host, bool known)
    {
        ProcessIdentity process = ProcessesOf(CapturedTree.Of(host))["docker-systemd"];
        Pressure pressure = new GroupPressure(new FileTree(CapturedTree.Of(host)), process.Pid).Read();
        Assert.Equal((known, known), (pressure.Memory is not null, pressure.Cpu is not null));
    }

    private static Dictionary<string, ProcessIdentity> ProcessesOf(string root)
    {
        ProcessIdentityReader reader = new(root);
        return reader.Pids().Select(pid => reader.Read(pid)).OfType<ProcessIdentity>().ToDictionary(process => process.Comm!);
    }
}
