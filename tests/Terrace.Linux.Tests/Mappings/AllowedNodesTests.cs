using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Migration;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

public sealed class AllowedNodesTests
{
    // No machine has it: the kernel allows 1024 (CONFIG_NODES_SHIFT).
    private const int NoNode = 5000;

    [Fact]
    public void A_change_of_the_cpuset_is_seen_at_the_next_refresh()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .With("status", "Name:\tx\nMems_allowed:\t3\nMems_allowed_list:\t0-1\n");
        using LinuxMachine machine = new(tree.Root);
        AllowedNodes allowed = AllowedNodes.Of(Path.Combine(tree.Root, "status"));
        Assert.True(allowed.AllowTwoTiers(machine.Topology));
        tree.With("status", "Name:\tx\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
        Assert.True(allowed.Refresh());
        Assert.False(allowed.AllowTwoTiers(machine.Topology));
        Assert.False(allowed.Allows(1));
        bool changed = true;
        Assert.Equal(0, Garbage.Of(() => changed = allowed.Refresh()));
        Assert.False(changed);
    }

    [Fact]
    public void Where_the_kernel_does_not_say_all_nodes_are_allowed()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("status", "Name:\tx\n");
        AllowedNodes silent = AllowedNodes.Of(Path.Combine(tree.Root, "status"));
        AllowedNodes missing = AllowedNodes.Of(Path.Combine(tree.Root, "no-such-file"));
        Assert.True(silent.Allows(7) && missing.Allows(7));
    }

    /// <summary>Whose first thread has ended is read through another: of that one alone the kernel's word is still true.</summary>
    [Fact]
    public void Those_of_the_thread_that_leads_to_the_memory_count_and_not_those_of_the_first_one()
    {
        string status = $"/proc/{Environment.ProcessId}/status";
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? pidFd));
        using (pidFd)
        {
            ProcessCalls calls = new(pidFd!, bounded: null);
            pidFd!.Thread = Directory.EnumerateDirectories("/proc/self/task").Select(Path.GetFileName)
                .Select(name => int.Parse(name!, CultureInfo.InvariantCulture)).First(thread => thread != Environment.ProcessId);
            Assert.False(AllowedNodes.Of(status, calls).Allows(NoNode));

            // Of a thread that there is not nothing is known, although the first one's file could be read.
            pidFd.Thread = int.MaxValue;
            Assert.True(AllowedNodes.Of(status, calls).Allows(NoNode));
            Assert.False(AllowedNodes.Of(status).Allows(NoNode));
        }
    }

    // Tiers: nodes 0 and 1, 2 and 3, 4.
    [Theory]
    [InlineData("0,2-3", 3, 3)]
    [InlineData("0,2", 3, 2)]
    [InlineData("1-4", 0, 1)]
    [InlineData("0,4", 2, 4)]
    [InlineData("2,4", 0, 2)]
    [InlineData("0,2", 4, 2)]
    public void A_move_goes_to_the_closest_node_that_is_allowed(string list, int meant, int expected)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("status", $"Mems_allowed_list:\t{list}\n");
        AllowedNodes allowed = AllowedNodes.Of(Path.Combine(tree.Root, "status"));
        Recorder moves = new();
        MoveResult[] results = new MoveResult[1];
        new CpusetMigrator(moves, allowed, new FiveNodes()).Move([0x1000], meant, results);
        Assert.Equal(expected, moves.Target);
        Assert.Equal(MoveResult.Moved, results[0]);
    }

    [Fact]
    public void A_node_that_does_not_exist_takes_nothing()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("status", "Mems_allowed_list:\t0\n");
        AllowedNodes allowed = AllowedNodes.Of(Path.Combine(tree.Root, "status"));
        Recorder moves = new();
        MoveResult[] results = new MoveResult[1];
        new CpusetMigrator(moves, allowed, new FiveNodes()).Move([0x1000], 9, results);
        Assert.Equal((-1, MoveResult.Denied), (moves.Target, results[0]));
    }

    private sealed class Recorder : IPageMigrator
    {
        public int Target { get; private set; } = -1;

        public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
        {
            Target = targetNode;
            results.Clear();
        }
    }

    private sealed class FiveNodes : IMachine
    {
        public FiveNodes() => Places = new PlaceMap(Topology);

        public Topology Topology { get; } = new(
            [
                .. Enumerable.Range(0, 5)
                    .Select(id => new MemoryNode(id, 1 << 30, [], new Dictionary<int, int>()) { KernelTier = 1 + (id / 2) }),
            ]);

        public PlaceMap Places { get; }

        public long FreeBytes(int node) => 0;

        public NodeUse UseOf(int node) => default;

        public long ReserveBytes(int node) => 0;

        public void Refresh()
        {
        }
    }
}
