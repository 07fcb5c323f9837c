using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What scanning may take of a process's time and of the host's.</summary>
public sealed class QualityOfServiceTests
{
    [Fact]
    public void A_process_whose_clears_take_too_long_is_stalled_for_at_most_its_share_of_the_time()
    {
        // 88 chunks: each clear takes 88 ms, and cannot be made shorter.
        static SimulatedMachineSpec Slow(SimulatedMachineSpec spec) => spec with { ClearNsPerChunk = 1_000_000 };
        IWorkload moving = new MovingHotSet(Scenario.Pages, 0.1, 0.9, TimeSpan.FromSeconds(10), seed: 2);
        using Scenario bound = new(options: Scenario.Options with { MaxStall = TimeSpan.FromMilliseconds(20) }, change: Slow);
        bound.Manage(moving);
        bound.Run(600);
        Assert.Equal(BackOffReasons.LongStalls, bound.Rounds.LastBackOff);
        Assert.True(bound.Rounds.Rounds > 5);

        // The last round's rest may not be over yet.
        TimeSpan oneRound = bound.Rounds.ClearTime / bound.Rounds.Rounds;
        Assert.InRange((bound.Rounds.ClearTime - oneRound).TotalSeconds, 0, 0.01 * 600);

        using Scenario free = new(options: Scenario.Options, change: Slow);
        free.Manage(moving);
        free.Run(120);
        Assert.True(free.Rounds.ClearTime.TotalSeconds > 0.02 * 120, $"{free.Rounds.ClearTime}: the bound would not have been needed");
    }

    [Fact]
    public void A_process_whose_clears_are_short_enough_is_scanned_as_usual()
    {
        Assert.Equal(Run(TimeSpan.MaxValue), Run(TimeSpan.FromMilliseconds(20)));

        static ulong Run(TimeSpan maxStall)
        {
            using Scenario scenario = new(options: Scenario.Options with { MaxStall = maxStall });
            scenario.Manage(Scenario.Scattered);
            return scenario.Run(30).Digest();
        }
    }

    [Fact]
    public void A_process_that_replaces_its_program_over_and_over_is_held_to_the_cpu_limit()
    {
        const double Limit = 0.001;
        const int Pages = 20_000;
        TimeSpan burst = TimeSpan.FromMilliseconds(50);
        using Scenario scenario = new();
        using TieringEngine engine = new(
            scenario.Machine,
            Scenario.Options with { CpuLimit = Limit, CpuBurst = burst },
            scenario.Machine.Clock,
            scenario.Rounds,
            () => scenario.Machine.TieringTime);
        SimulatedProcess process = scenario.Machine.StartProcess("execs");
        process.Populate(process.Map(Pages));
        engine.Add(process, FastShare.OfPages(0.3));
        for (double second = 0.3; second < 300; second += 0.3)
        {
            scenario.Driver.At(TimeSpan.FromSeconds(second), () =>
            {
                process.Exec();
                process.Populate(process.Map(Pages));
            });
        }

        scenario.Driver.Run(TimeSpan.FromSeconds(300), engine.Step);

        // Scanned without end it would take more than a second.
        Assert.InRange(scenario.Machine.TieringTime.TotalSeconds, 0.1, (Limit * 300) + burst.TotalSeconds + 0.02);
    }

    [Fact]
    public void Memory_that_is_treated_as_hot_does_not_change_how_often_the_rest_is_looked_at()
    {
        TimeSpan alone = IntervalWith(treatedPages: 0);
        TimeSpan beside = IntervalWith(treatedPages: 14_000);
        Assert.InRange(beside / alone, 0.8, 1.25);

        static TimeSpan IntervalWith(int treatedPages)
        {
            using Scenario scenario = new();
            SimulatedLoad load = scenario.Manage(
                new ScatteredHotSet(24_000, 0.1, 0.9, seed: 7), FastShare.OfBytes((12_000L + treatedPages) * Machines.PageBytes));
            if (treatedPages > 0)
            {
                SimulatedMapping treated = load.Process.Map(treatedPages);
                load.Process.Populate(treated);
                treated.IsTreatedHot = true;
            }

            scenario.Run(120);
            return scenario.Rounds.LastInterval;
        }
    }
}
