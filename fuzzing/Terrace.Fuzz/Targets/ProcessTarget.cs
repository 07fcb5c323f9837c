using Terrace.Linux.Processes;

namespace Terrace.Fuzz.Targets;

/// <summary>The state of a process, whose name it chooses itself, and the path of its control group.</summary>
internal sealed class ProcessTarget : IFuzzTarget
{
    public string Name => "process";

    public string Reads => "/proc/PID/stat, /proc/PID/cgroup, names of units, containers and pods";

    public IReadOnlyList<string> Words =>
    [
        "0::/", "0::", ":name=systemd:", ".service", ".scope", ".slice", "/kubepods", "-pod", "docker-",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "01234567_89ab_cdef_0123_456789abcdef", ") S 1", " 2097216 ",
        " 9223372036854775807 ",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        "1234 (a) b) S 1 1234 1234 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 1 0 98765 1000000 200 18446744073709551615 0 0\n",
        "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 18446744073709551615 0 0 0\n",
        "0::/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\n",
        "0::/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/x.scope\n",
        "12:memory:/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n0::/system.slice/containerd.service\n",
        "0::/machine.slice/machine-web\\x2d1.scope/payload\n",
        "12:cpuset:/\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n0::/\n");

    public void Run(ReadOnlySpan<byte> input)
    {
        if (ProcessStat.TryParse(input) is { } stat)
        {
            Expect.That(stat.Name is not null);
        }

        Expect.That(ProcessCpuTime.Parse(input) is not { Ticks: < 0 });
        Expect.That(ProcessCpuTime.ResidentPages(input) >= 0);
        Expect.That(!SleepMark.SleepsAlone(input) || input.Contains((byte)')'));
        Expect.That(SleepMark.Parse(input) is not { Runs: <= 0 });
        if (ControlGroupPath.InFile(input) is { } path)
        {
            string? container = ControlGroupPath.ContainerOf(path);
            Expect.That(container is null or { Length: > 0 });
            Expect.That(container is null || path.Contains('\\') || path.Contains(container, StringComparison.Ordinal));
            _ = ControlGroupPath.PodOf(path);
            string? unit = ControlGroupPath.UnitOf(path);
            Expect.That(unit is null || path.Contains(unit, StringComparison.Ordinal));
        }
    }
}
