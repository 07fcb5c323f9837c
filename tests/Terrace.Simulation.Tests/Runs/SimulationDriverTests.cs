using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Runs;

public sealed class SimulationDriverTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 2_000_000)]
    [InlineData(3, 6_000_000)]
    public void Throughput_is_one_access_per_compute_time_and_latency_for_each_thread(int threads, long perSecond)
    {
        SimulationDriver driver = new(Machines.TwoTiers(1000, 1000));
        driver.Start(new UniformAccess(500), threads);
        SimulationResult result = driver.Run(2 * s_second);
        Assert.Equal([perSecond, perSecond], result.Samples.Select(sample => sample.Accesses));
        Assert.All(result.Samples, sample => Assert.Equal(1, sample.HitRatio));
    }

    [Fact]
    public void Slow_memory_slows_the_workload_down_by_its_latency()
    {
        SimulatedMachine machine = Machines.TwoTiers(1000, 1000);
        Assert.True(machine.Nodes[0].TryOccupy(1000));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new UniformAccess(500));
        SimulationSample sample = Assert.Single(driver.Run(s_second).Samples);
        Assert.Equal(1_000_000_000 / (400 + 300), (double)sample.Accesses, tolerance: 1);
        Assert.Equal(0, sample.HitRatio);
        Assert.Equal(load.Process.AccessesTo(1) - 500, sample.Accesses);
    }

    [Fact]
    public void The_hit_ratio_is_a_count_of_accesses_and_not_an_estimate()
    {
        SimulationDriver driver = new(Machines.TwoTiers(250, 1000));
        SimulatedLoad load = driver.Start(new ContiguousHotSet(1000, 0.1, 0.9));
        SimulationResult result = driver.Run(5 * s_second);
        long fast = load.Process.AccessesTo(0) - 250;
        Assert.Equal(fast, result.Samples.Sum(sample => sample.FastAccesses));
        Assert.Equal(load.Process.Accesses - 1000, result.Accesses);
        Assert.Equal(0.1 * 250 / 900, result.HitRatio(TimeSpan.Zero, 5 * s_second), tolerance: 0.001);
    }

    [Theory]
    [InlineData(0.0, 1.0)]
    [InlineData(0.25, 0.75)]
    [InlineData(1.0, 0.0)]
    public void Scans_hold_the_workload_up_by_the_stall_share_of_their_time(double stallShare, double expected)
    {
        SimulatedMachine machine = Machines.TwoTiers(2000, 2000, stallShare: stallShare);
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new UniformAccess(500));
        SimulationResult result = driver.Run(s_second, () =>
        {
            load.Process.Clearer.Clear();
            return TimeSpan.Zero;
        });
        SimulationSample sample = Assert.Single(result.Samples);
        Assert.Equal(expected, sample.Accesses / 2_000_000.0, tolerance: 0.03);
        Assert.InRange(sample.TieringTime.TotalSeconds, 0.97, 1.01);
    }

    [Fact]
    public void A_workload_at_rest_needs_no_accesses()
    {
        SimulationDriver driver = new(Machines.TwoTiers(1000, 1000));
        driver.Start(new Idle(100));
        SimulationResult result = driver.Run(3 * s_second);
        Assert.Equal(0, result.Accesses);
        Assert.Equal(3, result.Samples.Count);
        Assert.All(result.Samples, sample => Assert.Equal(100, sample.Pages));
    }

    [Fact]
    public void Events_happen_at_their_time_and_in_order()
    {
        SimulatedMachine machine = Machines.TwoTiers(1000, 1000);
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new UniformAccess(100));
        List<string> seen = [];
        driver.At(TimeSpan.FromSeconds(1.5), () => seen.Add("first"));
        driver.At(TimeSpan.FromSeconds(1.5), load.Process.Exit);
        driver.At(TimeSpan.FromSeconds(0.5), () => seen.Insert(0, "zeroth"));
        SimulationResult result = driver.Run(3 * s_second);
        Assert.Equal(["zeroth", "first"], seen);
        Assert.Equal([2_000_000, 1_000_000, 0], result.Samples.Select(sample => sample.Accesses));
        Assert.Equal(0, result.Samples[^1].Pages);
    }

    [Fact]
    public void A_run_can_continue_where_the_last_one_ended()
    {
        SimulationDriver driver = new(Machines.TwoTiers(250, 1000));
        driver.Start(new UniformAccess(1000));
        SimulationResult first = driver.Run(2 * s_second);
        SimulationResult second = driver.Run(2 * s_second);
        SimulationDriver once = new(Machines.TwoTiers(250, 1000));
        once.Start(new UniformAccess(1000));
        Assert.Equal(once.Run(4 * s_second).Samples, first.Samples.Concat(second.Samples));
    }

    [Fact]
    public void A_loop_that_never_lets_time_pass_is_reported_instead_of_hanging()
    {
        SimulationDriver driver = new(Machines.TwoTiers(1000, 1000));
        driver.Start(new Idle(100));
        Assert.Throws<InvalidOperationException>(() => driver.Run(s_second, () => TimeSpan.Zero));
    }

    [Fact]
    public void A_process_that_runs_out_of_memory_stops_and_the_others_continue()
    {
        SimulationDriver driver = new(Machines.TwoTiers(1000, 1000));
        SimulatedLoad modest = driver.Start(new UniformAccess(500));
        SimulatedProcess greedy = driver.Machine.StartProcess("greedy");
        SimulatedLoad load = driver.Add(greedy, greedy.Map(5000), new SequentialScan(5000));
        driver.Run(2 * s_second);
        Assert.Equal(ProcessState.OutOfMemory, load.Process.State);
        Assert.Equal(0, load.Samples[^1].Pages);
        Assert.Equal(2_000_000, modest.Samples[^1].Accesses);
        Machines.AssertExact(driver.Machine);
    }

    [Fact]
    public void Equal_seeds_give_equal_runs_and_other_seeds_other_ones()
    {
        ulong first = Run(seed: 5);
        Assert.Equal(first, Run(seed: 5));
        Assert.NotEqual(first, Run(seed: 6));

        static ulong Run(ulong seed)
        {
            SimulationDriver driver = new(Machines.TwoTiers(250, 1000, seed: seed));
            driver.Start(new ScatteredHotSet(1000, 0.1, 0.9, seed));
            driver.Start(new ZipfAccess(200, 0.99, seed));
            return driver.Run(TimeSpan.FromSeconds(3)).Digest();
        }
    }
}
