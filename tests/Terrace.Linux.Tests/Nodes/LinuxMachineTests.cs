using System.Diagnostics;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Trackers;

namespace Terrace.Linux.Tests.Nodes;

public sealed partial class LinuxMachineTests
{
    [Fact]
    public void Refreshing_follows_free_memory_and_makes_no_garbage()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        FrameMap frames = machine.Frames;
        string meminfo = tree.Text("sys/devices/system/node/node1/meminfo");
        string free = meminfo.Split('\n').Single(line => line.Contains("MemFree:", StringComparison.Ordinal));
        tree.With(
            "sys/devices/system/node/node1/meminfo", meminfo.Replace(free, "Node 1 MemFree:           4096 kB", StringComparison.Ordinal));
        machine.Refresh();
        Assert.Equal(4 << 20, machine.FreeBytes(1));
        Assert.Equal(0, machine.FreeBytes(7));
        Assert.Equal(0, Garbage.Of(machine.Refresh));
        Assert.Same(frames, machine.Frames);
    }

    [Fact]
    public void What_holds_a_nodes_memory_adds_up_and_cache_that_is_dirty_or_mapped_cannot_be_dropped()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With(
            "sys/devices/system/node/node1/meminfo",
            """
            Node 1 MemTotal:       1000 kB
            Node 1 MemFree:        100 kB
            Node 1 Active(anon):   200 kB
            Node 1 Inactive(anon): 50 kB
            Node 1 Active(file):   300 kB
            Node 1 Inactive(file): 100 kB
            Node 1 Unevictable:    10 kB
            Node 1 Dirty:          30 kB
            Node 1 Writeback:      20 kB
            Node 1 Mapped:         250 kB
            Node 1 Shmem:          200 kB
            """);

        // What is mapped of shared memory, 200 kB of these, is no page cache that the kernel could drop.
        using LinuxMachine machine = new(tree.Root);
        Assert.Equal(new NodeUse(100 << 10, 400 << 10, 260 << 10, 240 << 10) { DroppableBytes = 300 << 10 }, machine.UseOf(1));
        Assert.Equal(default, machine.UseOf(7));
    }

    [Fact]
    public void What_nodes_must_keep_free_is_read_again_when_the_settings_for_it_have_changed()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("proc/sys/vm/watermark_scale_factor", "10\n");
        using LinuxMachine machine = new(tree.Root);
        long before = machine.ReserveBytes(0);
        tree.With("proc/zoneinfo", Raised().Replace(tree.Text("proc/zoneinfo"), "high     900000"));
        machine.Refresh();
        Assert.Equal(before, machine.ReserveBytes(0));
        tree.With("proc/sys/vm/watermark_scale_factor", "500\n");
        machine.Refresh();
        Assert.True(machine.ReserveBytes(0) > before, $"{before}");
    }

    [System.Text.RegularExpressions.GeneratedRegex("high +[0-9]+")]
    private static partial System.Text.RegularExpressions.Regex Raised();

    [Fact]
    public void A_node_that_comes_while_running_is_found_by_the_next_refresh()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        string online = tree.Text("sys/devices/system/node/online");
        tree.With("sys/devices/system/node/online", "0\n");
        using LinuxMachine machine = new(tree.Root);
        Assert.False(machine.Topology.HasSlowTier);
        Assert.Equal(-1, machine.Frames.NodeOf(0x100000));
        tree.With("sys/devices/system/node/online", online);
        machine.Refresh();
        Assert.True(machine.Topology.HasSlowTier);
        Assert.Equal(1, machine.Frames.NodeOf(0x100000));
        Assert.True(machine.FreeBytes(1) > 0);
    }

    [Fact]
    public void Nodes_that_can_come_are_those_that_the_kernel_lists_or_else_those_that_are_there()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("sys/devices/system/node/possible", "0-3\n");
        using LinuxMachine machine = new(tree.Root);
        Assert.Equal([0, 1, 2, 3], machine.PossibleNodes);
        tree.Without("sys/devices/system/node/possible");
        Assert.Equal([0, 1], machine.PossibleNodes);
    }

    [Fact]
    public void Memory_that_is_added_to_a_node_is_found_by_the_next_refresh()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        Assert.Equal(-1, machine.Frames.NodeOf(0x140000));
        string meminfo = tree.Text("sys/devices/system/node/node1/meminfo");
        string total = meminfo.Split('\n').Single(line => line.Contains("MemTotal:", StringComparison.Ordinal));
        tree.With("sys/devices/system/node/node1/memory40/state", "online\n")
            .With(
                "sys/devices/system/node/node1/meminfo",
                meminfo.Replace(total, "Node 1 MemTotal:       2091088 kB", StringComparison.Ordinal));
        machine.Refresh();
        Assert.Equal(1, machine.Frames.NodeOf(0x140000));
    }

    [Fact]
    public void A_process_that_does_not_exist_a_thread_and_a_kernel_thread_are_refused_with_what_to_do()
    {
        using LinuxMachine machine = new(CapturedTree.Of("two-tier-6.12"));
        Assert.False(machine.Attach(int.MaxValue, out _, out AttachError? gone));
        Assert.Equal(AttachErrorReason.NoSuchProcess, gone!.Reason);
        Assert.False(machine.Attach(-1, out _, out AttachError? negative));
        Assert.Equal(AttachErrorReason.NoSuchProcess, negative!.Reason);
        int thread = Process.GetCurrentProcess().Threads.Cast<ProcessThread>().First(thread => thread.Id != Environment.ProcessId).Id;
        Assert.False(machine.Attach(thread, out _, out AttachError? notAProcess));
        Assert.Equal(AttachErrorReason.NotAProcess, notAProcess!.Reason);
        Assert.SkipUnless(
            File.Exists("/proc/2/stat") && File.ReadAllText("/proc/2/stat").Contains("(kthreadd)", StringComparison.Ordinal),
            "kernel threads are not visible here");
        Assert.False(machine.Attach(2, out _, out AttachError? kernelThread));
        Assert.Equal(AttachErrorReason.KernelThread, kernelThread!.Reason);
    }

    [Fact]
    public void A_kernel_that_cannot_be_read_says_what_is_missing()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
        using LinuxMachine machine = new(tree.Root);
        Assert.False(machine.Attach(Environment.ProcessId, out _, out AttachError? error, TrackerChoice.PageTables));
        Assert.Equal(AttachErrorReason.NoTracker, error!.Reason);
        Assert.Contains("/proc/kcore", error.Problem.What, StringComparison.Ordinal);
        using CapturedTree locked = CapturedTree.CopyOf("two-tier-6.12")
            .With("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
        using LinuxMachine lockedMachine = new(locked.Root);
        Assert.False(lockedMachine.Attach(Environment.ProcessId, out _, out AttachError? lockdown, TrackerChoice.PageTables));
        Assert.Contains("lockdown", lockdown!.Problem.What, StringComparison.Ordinal);
    }
}
