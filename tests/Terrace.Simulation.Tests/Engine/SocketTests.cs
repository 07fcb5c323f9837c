using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>Two sockets with a slow node each: nodes 0 and 1 have CPUs, 2 and 3 have none.</summary>
public sealed class SocketTests
{
    private const int MiB = 256 / 16;
    private static readonly TieringOptions s_options = new() { RateLimitBytesPerSecond = (256L << 20) / 16 };

    private readonly SimulatedMachine _machine = new(new SimulatedMachineSpec { Nodes = [Node(0), Node(1), Node(2), Node(3)] });
    private readonly RouteLog _rounds = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_process_is_promoted_to_the_memory_of_the_cpus_that_it_runs_on(int home)
    {
        // Its memory was first touched on the slow node of the other socket.
        SimulationDriver driver = new(_machine);
        SimulatedLoad load = Bound(driver, [3 - home]);
        load.Process.AllowedNodes = null;
        load.Process.Homes = [new HomeNode(home, 95), new HomeNode(1 - home, 5)];
        Run(driver, engine => engine.Add(load.Process, FastShare.OfPages(0.4)));
        Assert.InRange((double)load.Process.PagesOn(home) / load.Process.ResidentPages, 0.39, 0.41);
        Assert.Equal(0, load.Process.PagesOn(1 - home));
    }

    [Fact]
    public void Threads_that_run_everywhere_leave_pages_on_their_own_socket()
    {
        SimulationDriver driver = new(_machine);
        SimulatedLoad load = Bound(driver, [3]);
        load.Process.AllowedNodes = null;
        load.Process.Homes = [new HomeNode(0, 51), new HomeNode(1, 49)];
        Run(driver, engine => engine.Add(load.Process, FastShare.OfPages(0.4)));
        Assert.InRange((double)load.Process.PagesOn(1) / load.Process.ResidentPages, 0.39, 0.41);
    }

    [Fact]
    public void When_the_memory_of_its_cpus_is_full_the_other_socket_takes_the_rest()
    {
        SimulationDriver driver = new(_machine);
        SimulatedLoad load = Bound(driver, [3]);
        load.Process.AllowedNodes = null;
        load.Process.Homes = [new HomeNode(1, 1)];
        Assert.True(_machine.Nodes[1].TryOccupy(_machine.Nodes[1].FreePages - (40 * MiB)));
        Run(driver, engine => engine.Add(load.Process, FastShare.OfPages(0.5)));
        Assert.InRange((double)(load.Process.PagesOn(0) + load.Process.PagesOn(1)) / load.Process.ResidentPages, 0.49, 0.51);
        Assert.True(load.Process.PagesOn(1) > 20 * MiB);
    }

    [Fact]
    public void What_is_divided_is_the_memory_of_nodes_that_a_process_may_use()
    {
        // Of 256 MiB of fast memory each may use the half of its own socket, which is less than either wants.
        SimulationDriver driver = new(_machine);
        SimulatedLoad first = Bound(driver, [0, 2]);
        SimulatedLoad second = Bound(driver, [1, 3]);
        SimulatedLoad third = Bound(driver, [1, 3]);
        Run(driver, engine =>
        {
            engine.Add(first.Process, FastShare.OfPages(0.9));
            engine.Add(second.Process, FastShare.OfPages(0.9));
            engine.Add(third.Process, FastShare.OfPages(0.1), new FastTerms { MinPages = 15 * MiB });
        });
        long node = _machine.Nodes[1].CapacityPages;
        Assert.InRange(_rounds.Budgets[first.Process.Pid], node * 0.97, node);
        Assert.InRange(_rounds.Budgets[second.Process.Pid] + _rounds.Budgets[third.Process.Pid], node * 0.97, node);
        Assert.InRange(_rounds.Budgets[third.Process.Pid], 14.9 * MiB, 15.1 * MiB);
        Assert.Equal(0, _rounds.Denied);
    }

    private static SimulatedNodeSpec Node(int id) => new(id, 128L * MiB * Machines.PageBytes * (id < 2 ? 1 : 4), id < 2 ? 100 : 250)
    {
        HasCpus = id < 2,
        Distances = Enumerable.Range(0, 4).ToDictionary(other => other, other => other % 2 == id % 2 ? 11 : 21),
    };

    /// <summary>150 MiB that are first touched on some nodes, and bound to them.</summary>
    private SimulatedLoad Bound(SimulationDriver driver, int[] nodes)
    {
        SimulatedProcess process = _machine.StartProcess("bound");
        process.AllowedNodes = nodes.ToHashSet();
        SimulatedMapping mapping = process.Map(150 * MiB);
        Assert.True(process.Populate(mapping));
        return driver.Add(process, mapping, new ScatteredHotSet(150 * MiB, 0.1, 0.9, seed: 3));
    }

    private void Run(SimulationDriver driver, Action<TieringEngine> add)
    {
        using TieringEngine engine = new(_machine, s_options, _machine.Clock, _rounds);
        add(engine);
        driver.Run(TimeSpan.FromSeconds(60), engine.Step);
        Machines.AssertExact(_machine);
    }
}
