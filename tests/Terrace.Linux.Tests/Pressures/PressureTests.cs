using System.Text;
using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Pressures;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Pressures;

public sealed class PressureTests
{
    private const int Pid = 77;

    [Theory]
    [InlineData("some avg10=12.34 avg60=5.00 avg300=1.00 total=123\nfull avg10=99.00 avg60=0.00 avg300=0.00 total=0\n", 0.1234)]
    [InlineData("full avg10=7.00 avg60=0.00 avg300=0.00 total=0\nsome avg10=100.00 avg60=0.00 avg300=0.00 total=9\n", 1.0)]
    [InlineData("some avg10=0.00", 0.0)]
    [InlineData("", null)]
    [InlineData("some", null)]
    [InlineData("some avg10=", null)]
    [InlineData("some avg10=1.2x avg60=0.00\n", null)]
    [InlineData("some avg10=-1.00\n", null)]
    [InlineData("some avg10=NaN\n", null)]
    [InlineData("some avg60=1.00 avg10=2.00\n", null)]
    [InlineData("full avg10=1.00\n", null)]
    public void The_shortest_average_of_some_is_read_and_other_texts_say_nothing(string text, double? expected)
    {
        double? pressure = PressureText.SomeOfTenSeconds(Encoding.ASCII.GetBytes(text));
        Assert.Equal(expected, pressure is { } known ? Math.Round(known, 6) : null);
    }

    [Fact]
    public void A_host_reports_its_pressure_and_one_without_it_reports_none()
    {
        using HostPressure there = new(new FileTree(CapturedTree.Of("two-tier-6.12")));
        Pressure pressure = there.Read();
        Assert.InRange(pressure.Memory!.Value, 0, 1);
        using HostPressure missing = new(new FileTree(CapturedTree.Of("two-tier-6.1")));
        Assert.Equal(new Pressure(null, null), missing.Read());
    }

    [Fact]
    public void A_process_has_the_pressure_of_its_control_group_and_follows_it_into_another()
    {
        using CapturedTree tree = Tree().With($"proc/{Pid}/cgroup", "0::/a.slice/b.service\n");
        GroupPressure group = new(new FileTree(tree.Root), Pid);
        Assert.Equal(new Pressure(0.25, 0.5), group.Read());
        tree.With("sys/fs/cgroup/a.slice/b.service/memory.pressure", Some("0.10"));
        Assert.Equal(new Pressure(0.001, 0.5), group.Read());
        tree.With($"proc/{Pid}/cgroup", "0::/c.slice\n").With("sys/fs/cgroup/c.slice/memory.pressure", Some("9.00"));
        Assert.Contains(new Pressure(0.09, null), Enumerable.Range(0, 10).Select(_ => group.Read()));
    }

    [Theory]
    [InlineData("0::/\n")]
    [InlineData("4:memory:/a.slice/b.service\n1:name=systemd:/a.slice/b.service\n")]
    [InlineData("0::/gone.slice\n")]
    public void Of_the_root_group_of_version_1_and_of_groups_that_are_gone_nothing_is_known(string membership)
    {
        using CapturedTree tree = Tree().With($"proc/{Pid}/cgroup", membership);
        GroupPressure group = new(new FileTree(tree.Root), Pid);
        Assert.Equal(new Pressure(null, null), group.Read());
    }

    [Fact]
    public void With_both_versions_the_second_is_found_where_systemd_mounts_it()
    {
        using CapturedTree tree = Tree()
            .Without("sys/fs/cgroup/cgroup.controllers")
            .With($"proc/{Pid}/cgroup", "4:memory:/x\n0::/a.slice\n")
            .With("sys/fs/cgroup/unified/a.slice/cpu.pressure", Some("40.00"));
        GroupPressure group = new(new FileTree(tree.Root), Pid);
        Assert.Equal(new Pressure(null, 0.4), group.Read());
    }

    [Fact]
    public void Reading_again_makes_no_garbage()
    {
        using CapturedTree tree = Tree().With($"proc/{Pid}/cgroup", "0::/a.slice/b.service\n");
        GroupPressure group = new(new FileTree(tree.Root), Pid);
        Read(20);
        Assert.Equal(0, Garbage.Of(() => Read(100)));

        void Read(int times)
        {
            for (int i = 0; i < times; i++)
            {
                group.Read();
            }
        }
    }

    private static CapturedTree Tree() => CapturedTree.CopyOf("one-node-6.12")
        .With("sys/fs/cgroup/cgroup.controllers", "cpu memory\n")
        .With("sys/fs/cgroup/a.slice/b.service/memory.pressure", Some("25.00"))
        .With("sys/fs/cgroup/a.slice/b.service/cpu.pressure", Some("50.00"));

    private static string Some(string percent) =>
        $"some avg10={percent} avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
}
