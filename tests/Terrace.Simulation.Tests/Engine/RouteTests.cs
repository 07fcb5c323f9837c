using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>To which nodes pages move on machines with several nodes of a tier, a sixteenth of the size of real ones.</summary>
public sealed class RouteTests
{
    private const int MiB = 256 / 16;
    private static readonly TieringOptions s_options = new() { RateLimitBytesPerSecond = (256L << 20) / 16 };

    [Fact]
    public void A_full_sibling_is_passed_over_on_the_way_down()
    {
        // Both fast nodes are nearest to node 2, which is too small for what has to go down.
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 512, 100), Node(2, 512, 250), Node(3, 1024, 250));
        SimulatedLoad load = Run(machine, 900, 0.2, seconds: 60);
        Assert.InRange(Fast(load, 0, 1), 0.19, 0.21);
        Assert.True(load.Process.PagesOn(2) > 400 * MiB, "the nearest node is used first");
        Assert.True(load.Process.PagesOn(3) > 100 * MiB, "what does not fit goes to its sibling");
    }

    [Fact]
    public void A_full_sibling_is_passed_over_on_the_way_up()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 512, 100), Node(2, 1024, 250));
        Assert.Equal(0, machine.Topology.PromotionTargetOf(2));
        Assert.True(machine.Nodes[0].TryOccupy(machine.Nodes[0].FreePages));
        Assert.True(machine.Nodes[1].TryOccupy(machine.Nodes[1].FreePages));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(400 * MiB, 0.1, 0.9, seed: 3));
        Assert.True(machine.Nodes[1].TryOccupy(-machine.Nodes[1].OccupiedPages));
        Manage(driver, load, 0.5, seconds: 60);
        Assert.InRange(Fast(load, 0, 1), 0.49, 0.51);
        Assert.Equal(0, load.Process.PagesOn(0));
    }

    [Fact]
    public void When_all_nodes_of_the_next_tier_are_full_pages_go_to_the_tier_below_it()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 64, 250), Node(2, 64, 250), Node(3, 1024, 500));
        SimulatedLoad load = Run(machine, 400, 0.25, seconds: 60);
        Assert.InRange(Fast(load, 0), 0.24, 0.26);
        Assert.True(load.Process.PagesOn(3) > 150 * MiB);
    }

    [Fact]
    public void Equally_near_slow_nodes_each_take_the_pages_of_one_fast_node()
    {
        Dictionary<int, int> all = new() { [0] = 21, [1] = 21, [2] = 21, [3] = 21 };
        SimulatedMachine machine = Machine(
            Node(0, 256, 100) with { Distances = all, HasCpus = true },
            Node(1, 256, 100) with { Distances = all, HasCpus = true },
            Node(2, 512, 250) with { Distances = all },
            Node(3, 512, 250) with { Distances = all });
        SimulatedLoad load = Run(machine, 400, 0.5, seconds: 60);
        Assert.InRange(Fast(load, 0, 1), 0.49, 0.51);
        Assert.InRange((double)load.Process.PagesOn(3) / load.Process.PagesOn(2), 0.2, 5);
    }

    [Fact]
    public void With_five_nodes_each_node_has_a_route_of_its_own()
    {
        // Node 2 is nearest to node 4, the others to node 3.
        SimulatedMachine machine = Machine(
            Node(0, 512, 100),
            Node(1, 256, 100),
            Node(2, 256, 100) with { Distances = new Dictionary<int, int> { [0] = 20, [1] = 20, [2] = 10, [3] = 30, [4] = 20 } },
            Node(3, 512, 250),
            Node(4, 512, 250));
        Assert.True(machine.Nodes[0].TryOccupy(machine.Nodes[0].FreePages));
        Assert.True(machine.Nodes[1].TryOccupy(machine.Nodes[1].FreePages));
        SimulatedLoad load = Run(machine, 200, 0.3, seconds: 60);
        Assert.InRange(Fast(load, 0, 1, 2), 0.29, 0.31);
        Assert.Equal(0, load.Process.PagesOn(3));
        Assert.True(load.Process.PagesOn(4) > 100 * MiB);
    }

    [Fact]
    public void The_share_is_met_with_five_nodes_that_are_all_in_use()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 256, 100), Node(2, 256, 100), Node(3, 512, 250), Node(4, 512, 250));
        SimulatedLoad load = Run(machine, 700, 0.3, seconds: 60);
        Assert.InRange(Fast(load, 0, 1, 2), 0.29, 0.31);
    }

    [Fact]
    public void With_sixteen_nodes_pages_go_down_and_come_up_within_their_socket()
    {
        // Eight sockets with a slow node each: 11 within a socket, 31 across.
        SimulatedMachine machine = Machine(
            [
                .. Enumerable.Range(0, 16).Select(id => Node(id, id < 8 ? 64 : 128, id < 8 ? 100 : 250) with
                {
                    HasCpus = id < 8,
                    Distances = Enumerable.Range(0, 16).ToDictionary(other => other, other => other % 8 == id % 8 ? 11 : 31),
                }),
            ]);
        Assert.Equal(16, machine.Places.Count);
        SimulationDriver driver = new(machine);
        RouteLog rounds = new();
        using TieringEngine engine = new(machine, s_options with { RateLimitBytesPerSecond = 64 << 20 }, machine.Clock, rounds);
        List<SimulatedLoad> loads = [];
        for (int socket = 0; socket < 8; socket++)
        {
            SimulatedProcess process = machine.StartProcess($"socket {socket}");
            process.AllowedNodes = new HashSet<int> { socket, socket + 8 };
            SimulatedMapping mapping = process.Map(100 * MiB);
            Assert.True(process.Populate(mapping));
            process.AllowedNodes = null;
            loads.Add(driver.Add(process, mapping, new ScatteredHotSet(100 * MiB, 0.1, 0.9, seed: 3)));
            engine.Add(process, FastShare.OfPages(0.3));
        }

        driver.Run(TimeSpan.FromSeconds(60), engine.Step);
        Machines.AssertExact(machine);
        for (int socket = 0; socket < 8; socket++)
        {
            Assert.InRange(Fast(loads[socket], socket), 0.29, 0.31);
            Assert.InRange(Fast(loads[socket], socket + 8), 0.69, 0.71);
        }
    }

    [Fact]
    public void A_process_moves_only_between_nodes_that_it_may_use()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 512, 100), Node(2, 512, 250), Node(3, 512, 250));
        SimulationDriver driver = new(machine);
        SimulatedProcess process = machine.StartProcess("bound");
        process.AllowedNodes = new HashSet<int> { 1, 3 };
        SimulatedMapping mapping = process.Map(300 * MiB);
        Assert.True(process.Populate(mapping));
        SimulatedLoad load = driver.Add(process, mapping, new ScatteredHotSet(300 * MiB, 0.1, 0.9, seed: 3));
        RouteLog rounds = Manage(driver, load, 0.3, seconds: 60);
        Assert.InRange(Fast(load, 0, 1), 0.29, 0.31);
        Assert.Equal(0, process.PagesOn(0) + process.PagesOn(2));
        Assert.Equal(0, rounds.Denied);
    }

    [Fact]
    public void Where_every_slow_node_is_full_the_report_names_them()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 64, 250), Node(2, 64, 250));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(400 * MiB, 0.1, 0.9, seed: 3));
        RouteLog missed = Manage(driver, load, 0.2, seconds: 60);
        Assert.Equal(MissedReasons.FullNodes, missed.Reasons);
        Assert.Equal([1, 2], missed.FullNodes);
        Assert.True(missed.MissedPages < 0, "it has more than its share");
        Assert.True(missed.NoRoom > 0);
    }

    [Fact]
    public void A_target_that_has_its_share_misses_nothing()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 512, 250));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(400 * MiB, 0.1, 0.9, seed: 3));
        RouteLog missed = Manage(driver, load, 0.2, seconds: 60);
        Assert.Equal((MissedReasons.None, 0), (missed.Reasons, missed.MissedPages));
    }

    [Fact]
    public void Reclaim_passes_a_full_node_over_too()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 64, 250), Node(2, 512, 250));
        SimulatedProcess process = machine.StartProcess("idle");
        process.AllowedNodes = new HashSet<int> { 0 };
        Assert.True(process.Populate(process.Map(300 * MiB)));
        long found = new SimulatedReclaim(machine).Demote(machine.Nodes[0], 200 * MiB);
        Assert.Equal(200 * MiB, found);
        Assert.Equal(200 * MiB, process.PagesOn(1) + process.PagesOn(2));
        Assert.True(process.PagesOn(1) > 50 * MiB, "the nearest node is used first");
        Machines.AssertExact(machine);
    }

    [Fact]
    public void No_page_is_moved_twice_in_one_round_with_three_tiers()
    {
        SimulatedMachine machine = Machine(Node(0, 128, 100), Node(1, 128, 250), Node(2, 1024, 500));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(600 * MiB, 0.1, 0.9, seed: 3));
        RouteLog rounds = Manage(driver, load, 0.15, seconds: 60);

        // A page that two boundaries had planned was in another tier than it was chosen in when its second move came.
        Assert.True(rounds.Promoted > 0);
        Assert.Equal((0, 0), (rounds.AlreadyThere, rounds.WrongWay));
    }

    private static SimulatedNodeSpec Node(int id, int mebibytes, int latencyNs) =>
        new(id, (long)mebibytes * MiB * Machines.PageBytes, latencyNs) { HasCpus = id == 0 };

    /// <summary>Nodes that are the further apart the higher their numbers, as in the lab, unless they say otherwise.</summary>
    private static SimulatedMachine Machine(params IReadOnlyList<SimulatedNodeSpec> nodes) => new(new SimulatedMachineSpec
    {
        Nodes =
        [
            .. nodes.Select(node => node with
            {
                Distances = node.Distances ?? nodes.ToDictionary(other => other.Id, other => 10 + (10 * (other.Id + node.Id))),
            }),
        ],
    });

    private static SimulatedLoad Run(SimulatedMachine machine, int mebibytes, double share, double seconds)
    {
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(mebibytes * MiB, 0.1, 0.9, seed: 3));
        Manage(driver, load, share, seconds);
        return load;
    }

    private static RouteLog Manage(SimulationDriver driver, SimulatedLoad load, double share, double seconds)
    {
        RouteLog rounds = new();
        using TieringEngine engine = new(driver.Machine, s_options, driver.Machine.Clock, rounds);
        engine.Add(load.Process, FastShare.OfPages(share));
        driver.Run(TimeSpan.FromSeconds(seconds), engine.Step);
        Machines.AssertExact(driver.Machine);
        return rounds;
    }

    private static double Fast(SimulatedLoad load, params int[] nodes) =>
        (double)nodes.Sum(node => load.Process.PagesOn(node)) / load.Process.ResidentPages;
}
