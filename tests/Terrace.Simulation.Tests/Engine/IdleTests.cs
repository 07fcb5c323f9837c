using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>A process that does nothing costs next to nothing, and its share and its awakening are not missed.</summary>
public sealed class IdleTests
{
    private const int Pages = 20_000;

    [Fact]
    public void An_idle_process_costs_a_fifth_of_one_whose_idleness_is_not_known()
    {
        (long known, TimeSpan cheap) = Run(TimeSpan.Zero);
        (long unknown, TimeSpan dear) = Run(null);
        Assert.True(cheap < dear / 5, $"{cheap} with its CPU time known, {dear} without");
        Assert.InRange(known, 0, unknown / 5);

        static (long Rounds, TimeSpan ScanTime) Run(TimeSpan? cpuTime)
        {
            using Scenario scenario = new();
            SimulatedProcess process = Idle(scenario, cpuTime);
            scenario.Engine.Add(process, FastShare.Auto);
            scenario.Run(300);
            (long rounds, TimeSpan scans) = (scenario.Rounds.Rounds, scenario.Rounds.ScanTime);
            scenario.Run(1800);
            return (scenario.Rounds.Rounds - rounds, scenario.Rounds.ScanTime - scans);
        }
    }

    [Fact]
    public void One_that_sleeps_from_the_start_has_two_rounds_and_ever_fewer_after()
    {
        using Scenario scenario = new();
        scenario.Engine.Add(Idle(scenario, TimeSpan.Zero), FastShare.Auto);
        scenario.Run(60);
        Assert.InRange(scenario.Rounds.Rounds, 2, 4);
        scenario.Run(24 * 3600);

        // After 160 rests of a minute each time; each whole hour would be 24.
        Assert.InRange(scenario.Rounds.Rounds, 8, 20);
    }

    [Fact]
    public void Many_that_sleep_wake_the_loop_four_times_a_second_at_most()
    {
        const int Processes = 200;
        const int Seconds = 120;
        using Scenario scenario = new();
        for (int i = 0; i < Processes; i++)
        {
            scenario.Driver.At(
                TimeSpan.FromMilliseconds(37 * i), () => scenario.Engine.Add(Idle(scenario, TimeSpan.Zero, pages: 20), FastShare.Auto));
        }

        scenario.Run(900);
        int steps = 0;
        scenario.Driver.Run(TimeSpan.FromSeconds(Seconds), () =>
        {
            steps++;
            return scenario.Engine.Step();
        });

        // Of each alone the loop would be woken more than once in this time; it steps once a second, at least.
        Assert.InRange(steps, Seconds, (4 * Seconds) + 4);
    }

    [Fact]
    public void Of_many_that_sleep_processor_time_is_read_a_few_times_for_all()
    {
        const int Processes = 200;
        using Scenario scenario = new();
        int readings = 0;
        TieringOptions options = Scenario.Options with { CpuLimit = 0.03, CpuBurst = TimeSpan.FromSeconds(10) };
        using TieringEngine engine = new(scenario.Machine, options, scenario.Machine.Clock, cpuTime: () =>
        {
            readings++;
            return scenario.Machine.TieringTime;
        });
        for (int i = 0; i < Processes; i++)
        {
            engine.Add(Idle(scenario, TimeSpan.Zero, pages: 20), FastShare.Auto);
        }

        scenario.Driver.Run(TimeSpan.FromSeconds(900), engine.Step);
        readings = 0;
        int steps = 0;
        scenario.Driver.Run(TimeSpan.FromSeconds(120), () =>
        {
            steps++;
            return engine.Step();
        });

        // Each process is looked at every 22 seconds, and rests end every minute.
        Assert.InRange(readings, steps, 3 * steps);
        Assert.True(readings < Processes * 120 / 22, $"{readings} readings");
    }

    [Fact]
    public void One_that_runs_a_little_now_and_then_has_a_round_after_ten_rests()
    {
        using Scenario scenario = new();
        SimulatedProcess process = Idle(scenario, TimeSpan.Zero);
        scenario.Engine.Add(process, FastShare.Auto);
        for (int second = 60; second < 1500; second += 30)
        {
            scenario.Driver.At(TimeSpan.FromSeconds(second), () => process.CpuTime += TimeSpan.FromMicroseconds(50));
        }

        scenario.Run(300);
        long before = scenario.Rounds.Rounds;
        scenario.Run(1200);
        Assert.InRange(scenario.Rounds.Rounds - before, 1, 3);
    }

    [Fact]
    public void One_that_uses_its_cpu_again_has_a_round_within_its_rest()
    {
        using Scenario scenario = new();
        SimulatedProcess process = Idle(scenario, TimeSpan.Zero);
        scenario.Engine.Add(process, FastShare.Auto);
        scenario.Run(300);
        long before = scenario.Rounds.Rounds;
        process.CpuTime = TimeSpan.FromSeconds(2);
        scenario.Run(40);
        Assert.True(scenario.Rounds.Rounds > before);
    }

    [Fact]
    public void A_smaller_share_is_met_though_it_is_idle()
    {
        using Scenario scenario = new();
        SimulatedProcess process = Idle(scenario, TimeSpan.Zero);
        TieringGroup group = new("idle") { Share = FastShare.OfPages(0.8) };
        scenario.Engine.Add(process, group);
        scenario.Run(300);
        Assert.InRange(process.PagesOn(0), (long)(0.79 * Pages), (long)(0.81 * Pages));
        group.Share = FastShare.OfPages(0.3);
        scenario.Engine.Wake(group);
        scenario.Run(30);
        Assert.InRange(process.PagesOn(0), (long)(0.29 * Pages), (long)(0.31 * Pages));
    }

    [Fact]
    public void What_others_need_is_given_up_though_it_is_idle()
    {
        using Scenario scenario = new();
        SimulatedProcess process = Idle(scenario, TimeSpan.Zero);
        scenario.Engine.Add(process, FastShare.OfPages(1));
        scenario.Run(300);
        long alone = process.PagesOn(0);
        Assert.True(alone > 0.95 * Pages, $"{alone} of {Pages}");

        // Another one that asks for as much, and cannot have it while the first does.
        scenario.Manage(Scenario.Scattered, FastShare.OfPages(1));
        scenario.Run(90);
        Assert.InRange(process.PagesOn(0), 0, (long)(0.9 * alone));
    }

    private static SimulatedProcess Idle(Scenario scenario, TimeSpan? cpuTime, int pages = Pages)
    {
        SimulatedProcess process = scenario.Machine.StartProcess("idle");
        process.CpuTime = cpuTime;
        process.Populate(process.Map(pages));
        return process;
    }
}
