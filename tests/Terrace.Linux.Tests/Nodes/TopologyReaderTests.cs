using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Tests.Nodes;

public sealed class TopologyReaderTests
{
    private const long GiB = 1L << 30;

    public static TheoryData<string> TwoTierTrees => ["two-tier-6.1", "two-tier-6.12"];

    [Theory]
    [MemberData(nameof(TwoTierTrees))]
    public void A_two_tier_machine_has_its_cpu_less_node_below_its_dram_node(string tree)
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of(tree)).Read();
        Assert.Equal([[0], [1]], facts.Topology.Tiers);
        Assert.Equal(1, facts.Topology.DemotionTargetOf(0));
        Assert.Equal(0, facts.Topology.PromotionTargetOf(1));
        Assert.Equal([0, 1], facts.Topology.Nodes[0].Cpus);
        Assert.Empty(facts.Topology.Nodes[1].Cpus);
        Assert.Equal(80, facts.Topology.Nodes[0].ReadLatencyNs);
        Assert.Equal(250, facts.Topology.Nodes[1].ReadLatencyNs);
        Assert.Equal(30720, facts.Topology.Nodes[1].ReadBandwidthMBps);
        Assert.Equal(10, facts.Topology.Nodes[0].Distances[0]);
        Assert.True(facts.Topology.Nodes[0].Distances[1] > 10);
        Assert.Equal((false, 1), (facts.KernelTiering.DemotionEnabled, facts.KernelTiering.NumaBalancing));
    }

    [Fact]
    public void Sockets_of_80_and_85_ns_are_one_tier_where_the_kernel_has_all_nodes_in_one()
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of("sockets-6.1")).Read();
        Assert.Equal([80, 85, 250], facts.Topology.Nodes.Select(node => node.ReadLatencyNs ?? 0));
        Assert.Equal([[0, 1], [2]], facts.Topology.Tiers);
        Assert.Equal([2], facts.Topology.DemotionTargetsOf(1));
        Assert.Equal([0, 1], facts.Topology.PromotionTargetsOf(2));
    }

    [Fact]
    public void Each_of_five_nodes_has_targets_of_its_own_the_nearest_first()
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of("five-nodes-6.12")).Read();
        Assert.Equal([[0, 1, 2], [3, 4]], facts.Topology.Tiers);
        Assert.All([0, 1, 2], node => Assert.Equal([3, 4], facts.Topology.DemotionTargetsOf(node)));
        Assert.All([3, 4], node => Assert.Equal([0, 1, 2], facts.Topology.PromotionTargetsOf(node)));
        Assert.Equal(5, Enumerable.Range(0, 5).Select(facts.Places.PlaceOf).Distinct().Count());
    }

    [Fact]
    public void High_bandwidth_memory_is_above_the_nodes_with_cpus_as_the_kernel_has_it()
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of("hbm-6.12")).Read();
        Assert.Equal([[1], [0], [2]], facts.Topology.Tiers);
        Assert.Equal(0, facts.Topology.DemotionTargetOf(1));
        Assert.Equal([2], facts.Topology.DemotionTargetsOf(0));
    }

    [Fact]
    public void What_an_operator_says_of_tiers_goes_before_kernel_and_firmware()
    {
        Assert.True(TierChoice.TryParse("1/0", out TierChoice? choice, out _));
        MachineFacts facts = new TopologyReader(CapturedTree.Of("two-tier-6.12"), choice).Read();
        Assert.Equal([[1], [0]], facts.Topology.Tiers);
        Assert.Equal(0, facts.Topology.DemotionTargetOf(1));
        Assert.Equal(0, facts.Places.PlaceOf(1));

        // A guest's host does not overrule it.
        Assert.Equal([[1], [0]], facts.With(new Dictionary<int, int> { [0] = 0, [1] = 1 }).Topology.Tiers);
    }

    [Fact]
    public void A_choice_of_tiers_holds_from_the_next_refresh_on_and_can_be_taken_back()
    {
        Assert.True(TierChoice.TryParse("1/0", out TierChoice? choice, out _));
        using LinuxMachine machine = new(CapturedTree.Of("two-tier-6.12")) { Tiers = choice };
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
        machine.Refresh();
        Assert.Equal([[1], [0]], machine.Topology.Tiers);
        machine.Tiers = null;
        machine.Refresh();
        Assert.Equal([[0], [1]], machine.Topology.Tiers);
    }

    [Theory]
    [MemberData(nameof(TwoTierTrees))]
    public void Every_frame_is_on_the_node_whose_memory_blocks_hold_it(string tree)
    {
        FrameMap frames = new TopologyReader(CapturedTree.Of(tree)).Read().Frames;

        // The virtual machine: 1 GiB for node 0; node 1 has 1 GiB below and 1 GiB above the hole for devices.
        Assert.Equal(
            [new FrameRange(0, 0x40000, 0), new FrameRange(0x40000, 0x80000, 1), new FrameRange(0x100000, 0x140000, 1)],
            frames.Ranges.ToArray());
        Assert.Equal(-1, frames.NodeOf(0x90000));
        Assert.Equal(3 * GiB / 4096, frames.Frames);
    }

    [Theory]
    [MemberData(nameof(TwoTierTrees))]
    public void Free_memory_and_reserves_are_within_the_node(string tree)
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of(tree)).Read();
        foreach (MemoryNode node in facts.Topology.Nodes)
        {
            Assert.InRange(facts.FreeBytes[node.Id], 1, node.CapacityBytes);
            Assert.InRange(facts.ReserveBytes[node.Id], 4096, node.CapacityBytes / 4);
        }
    }

    [Fact]
    public void Three_tiers_are_ordered_by_speed_and_all_pages_rise_to_the_top()
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of("three-tier-7")).Read();
        Assert.Equal([[0], [1], [2]], facts.Topology.Tiers);
        Assert.Equal(2, facts.Topology.DemotionTargetOf(1));
        Assert.Equal(0, facts.Topology.PromotionTargetOf(2));
        Assert.Equal(3, facts.Places.Count);
    }

    [Fact]
    public void Persistent_memory_used_as_ram_names_its_dax_device()
    {
        Topology topology = new TopologyReader(CapturedTree.Of("pmem-6.12")).Read().Topology;
        Assert.Equal(["dax0.0"], topology.Nodes[^1].DaxDevices);
        Assert.Equal(topology.Tiers.Count - 1, topology.TierOf(topology.Nodes[^1].Id));
    }

    [Fact]
    public void A_machine_with_one_node_has_no_slow_tier()
    {
        MachineFacts facts = new TopologyReader(CapturedTree.Of("one-node-6.12")).Read();
        Assert.False(facts.Topology.HasSlowTier);
        Assert.Equal([[0]], facts.Topology.Tiers);
    }

    [Fact]
    public void A_kernel_without_nodes_is_one_node_and_its_frames_come_from_the_zones()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12")
            .Without("sys/devices/system/node")
            .Without("sys/devices/system/memory");
        MachineFacts facts = new TopologyReader(tree.Root).Read();
        Assert.Equal([0, 1], facts.Topology.Nodes.Single().Cpus);
        Assert.Equal(0, facts.Frames.NodeOf(0x1000));
        Assert.Equal(-1, facts.Frames.NodeOf(facts.Frames.End));
    }

    [Fact]
    public void A_memory_block_that_two_nodes_share_is_divided_where_the_zones_say()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With("sys/devices/system/node/node1/memory7/state", "online\n");
        FrameMap frames = new TopologyReader(tree.Root).Read().Frames;
        Assert.Equal(0, frames.NodeOf(0x3ff00));
        Assert.Equal(1, frames.NodeOf(0x40000));
    }

    [Fact]
    public void Memory_tiers_that_hold_only_some_nodes_are_not_believed()
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").Without("sys/devices/virtual/memory_tiering/memory_tier4");
        Assert.Equal([[0], [1]], new TopologyReader(tree.Root).Read().Topology.Tiers);
    }

    [Theory]
    [InlineData("sys/devices/system/node/online", "0-")]
    [InlineData("sys/devices/system/node/online", "")]
    [InlineData("sys/devices/system/node/online", "0-99999999999")]
    [InlineData("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:")]
    [InlineData("sys/devices/system/node/node1/meminfo", "Node 1 MemTotal: 10 kB\nNode 1 MemFree: x kB\n")]
    [InlineData("sys/devices/system/memory/block_size_bytes", "0x8000000")]
    [InlineData("sys/devices/system/memory/block_size_bytes", "0")]
    public void A_damaged_file_is_named_in_the_error(string file, string text)
    {
        using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12").With(file, text);
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => new TopologyReader(tree.Root).Read());
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_cut_short_or_overwritten_give_a_topology_or_an_error_that_names_a_file()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            using CapturedTree tree = CapturedTree.CopyOf("two-tier-6.12");
            string[] files = [.. tree.Files.Order(StringComparer.Ordinal)];
            string file = files[random.Next(files.Length)];
            byte[] bytes = File.ReadAllBytes(file);
            bytes = bytes[..random.Next(bytes.Length + 1)];
            for (int i = 0; i < bytes.Length && i < 3; i++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(32, 127);
            }

            File.WriteAllBytes(file, bytes);
            try
            {
                Assert.NotEmpty(new TopologyReader(tree.Root).Read().Topology.Nodes);
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(tree.Root, error.Message, StringComparison.Ordinal);
            }
        }
    }
}
