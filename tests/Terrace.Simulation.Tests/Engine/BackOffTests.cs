using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What pressure does to moves, and what it does not.</summary>
public sealed class BackOffTests
{
    private static readonly BackOffOptions s_patient = new() { MaxHold = TimeSpan.FromHours(1) };

    private static TieringOptions Options { get; } = Scenario.Options with { BackOff = s_patient };

    [Fact]
    public void A_shortage_of_cpus_holds_all_moves_back_and_when_it_ends_they_continue()
    {
        using Scenario scenario = new(options: Options);
        scenario.Machine.Pressure.Cpu = 1;
        SimulatedLoad load = scenario.Manage(Scenario.Scattered);
        Assert.Equal(0, scenario.Run(60).MovedPages);
        Assert.Equal(BackOffReasons.HostCpu, scenario.Rounds.LastBackOff);
        Assert.True(scenario.Rounds.HeldBack > 0);
        scenario.Machine.Pressure.Cpu = 0;
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(load, 110, 120), 0.9, 1);

        // A process at rest is looked at once a round, and half a minute may lie between two.
        scenario.Run(180);
        Assert.Equal(BackOffReasons.None, scenario.Rounds.LastBackOff);
    }

    [Fact]
    public void Want_of_memory_holds_promotions_back_but_not_what_frees_fast_memory()
    {
        using Scenario scenario = new(options: Options);
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.2));
        scenario.Machine.Pressure.Memory = 0.5;
        scenario.Run(60);

        // Most of fast memory was filled by first touch; the share is a fifth. The pages that stay are not exchanged for hotter ones.
        Assert.InRange(load.Process.PagesOn(0) / (double)Scenario.Pages, 0.19, 0.21);
        Assert.InRange(Scenario.HitRatio(load, 50, 60), 0.1, 0.9);
        Assert.Equal(0, scenario.Rounds.Promoted);
        scenario.Machine.Pressure.Memory = 0;
        scenario.Run(60);
        Assert.InRange(Scenario.HitRatio(load, 110, 120), 0.9, 1);
    }

    [Fact]
    public void A_targets_own_pressure_holds_back_nobody_else()
    {
        using Scenario scenario = new(options: Options);
        SimulatedLoad pressed = scenario.Manage(new ScatteredHotSet(20_000, 0.1, 0.9, seed: 3), FastShare.OfPages(0.2));
        SimulatedLoad other = scenario.Manage(new ScatteredHotSet(20_000, 0.1, 0.9, seed: 4), FastShare.OfPages(0.2));
        pressed.Process.Pressure.Cpu = 1;
        long before = pressed.Process.PagesOn(0);
        scenario.Run(60);
        Assert.Equal(before, pressed.Process.PagesOn(0));
        Assert.InRange(Scenario.HitRatio(other, 50, 60), 0.9, 1);
    }

    [Fact]
    public void However_high_the_pressure_no_target_is_held_back_for_ever()
    {
        using Scenario scenario = new(options: Options with { BackOff = new BackOffOptions { MaxHold = TimeSpan.FromSeconds(30) } });
        scenario.Machine.Pressure.Memory = 1;
        scenario.Machine.Pressure.Cpu = 1;
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.5));
        Assert.Equal(0, scenario.Run(25).MovedPages);
        SimulationResult later = scenario.Run(900);
        Assert.InRange(Scenario.HitRatio(load, 900, 925), 0.8, 1);

        // A sixteenth of the rate, and a little for the bucket's burst.
        long least = Scenario.Options.RateLimitBytesPerSecond / 16 / Machines.PageBytes;
        Assert.All(later.Samples, sample => Assert.InRange(sample.MovedPages, 0, 2.2 * least));
    }

    [Fact]
    public void Pressure_that_moves_cause_themselves_slows_them_down_and_does_not_turn_them_on_and_off()
    {
        using Scenario scenario = new(options: Options);
        scenario.Machine.Pressure.FullAtBytesPerSecond = Scenario.Options.RateLimitBytesPerSecond * 2.0;
        scenario.Manage(new MovingHotSet(Scenario.Pages, 0.2, 0.95, TimeSpan.FromSeconds(3), seed: 5), FastShare.OfPages(0.3));
        scenario.Run(120);
        long held = scenario.Rounds.HeldRounds;
        SimulationResult later = scenario.Run(240);
        Assert.True(later.MovedPages > 0);
        Assert.InRange(scenario.Rounds.HeldRounds - held, 0, 2);
    }

    [Fact]
    public void With_back_off_no_second_sees_more_moves_than_the_limit_and_no_run_more_than_without()
    {
        for (ulong seed = 1; seed <= 6; seed++)
        {
            SimulationResult without = Run(seed, backOff: null);
            SimulationResult with = Run(seed, s_patient);
            long most = without.Samples.Max(sample => sample.MovedPages);
            Assert.All(with.Samples, sample => Assert.InRange(sample.MovedPages, 0, most));
            Assert.InRange(with.MovedPages, 1, without.MovedPages);
        }

        static SimulationResult Run(ulong seed, BackOffOptions? backOff)
        {
            using Scenario scenario = new(seed, Options with { BackOff = backOff });
            scenario.Manage(new ScatteredHotSet(Scenario.Pages, 0.1, 0.9, seed), FastShare.OfPages(0.4));
            Random random = new((int)seed);
            for (int second = 0; second < 60; second += random.Next(1, 12))
            {
                (double memory, double cpu) = (random.NextDouble() * random.Next(2), random.NextDouble() * random.Next(2));
                scenario.Driver.At(
                    TimeSpan.FromSeconds(second), () => (scenario.Machine.Pressure.Memory, scenario.Machine.Pressure.Cpu) = (memory, cpu));
            }

            return scenario.Run(60);
        }
    }

    [Fact]
    public void Moves_that_fail_are_tried_more_slowly()
    {
        Assert.InRange(Attempts(s_patient), 1, Attempts(backOff: null) / 2);

        static long Attempts(BackOffOptions? backOff)
        {
            using Scenario scenario = new(options: Options with { BackOff = backOff });
            SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.3));
            load.Process.Faults.BusyFraction = 0.95;
            scenario.Run(60);
            return scenario.Rounds.Attempts;
        }
    }

    [Fact]
    public void When_hardly_any_fast_memory_is_free_nothing_comes_up_until_there_is_again()
    {
        using Scenario scenario = new(
            options: Options, change: spec => spec with { Nodes = [spec.Nodes[0] with { ReserveBytes = 4 << 20 }, spec.Nodes[1]] });
        SimulatedLoad load = scenario.Manage(Scenario.Scattered, FastShare.OfPages(0.4));
        SimulatedNode fast = scenario.Machine.Nodes[0];

        // Something else takes all that is free, again and again, and in the end gives it back.
        for (int second = 0; second < 40; second++)
        {
            scenario.Driver.At(TimeSpan.FromSeconds(second), () => fast.TryOccupy(fast.FreePages));
        }

        scenario.Driver.At(TimeSpan.FromSeconds(40), () => fast.TryOccupy(-fast.OccupiedPages));
        scenario.Run(3);
        Assert.Equal(BackOffReasons.FastMemoryLow, scenario.Rounds.LastBackOff);
        scenario.Run(87);
        Assert.Equal(BackOffReasons.None, scenario.Rounds.LastBackOff);
        Assert.InRange(Scenario.HitRatio(load, 80, 90), 0.9, 1);
    }

    [Fact]
    public void A_kernel_that_reports_no_pressure_holds_nothing_back()
    {
        Assert.Equal(Run(Options with { BackOff = null }), Run(Options));

        static ulong Run(TieringOptions options)
        {
            using Scenario scenario = new(options: options);
            (scenario.Machine.Pressure.Memory, scenario.Machine.Pressure.Cpu) = (null, null);
            scenario.Manage(Scenario.Scattered);
            return scenario.Run(30).Digest();
        }
    }

    [Fact]
    public void Watching_pressure_makes_no_garbage()
    {
        using Scenario scenario = new(options: Options);
        scenario.Manage(Scenario.Scattered);
        scenario.Run(60);
        long rounds = scenario.Rounds.Rounds;
        Garbage garbage = new();
        scenario.Driver.Run(TimeSpan.FromSeconds(180), () => garbage.Add(scenario.Engine.Step));
        Assert.True(scenario.Rounds.Rounds > rounds);
        Assert.Equal(0, garbage.Bytes);
    }
}
