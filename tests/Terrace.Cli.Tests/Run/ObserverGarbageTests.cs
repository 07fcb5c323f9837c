using Terrace.Cli.Run;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Host.Loop;
using Terrace.Host.Metrics;
using Terrace.Reports.Events;
using Terrace.Reports.Pictures;
using Terrace.Simulation.Runs;

namespace Terrace.Cli.Tests.Run;

public sealed class ObserverGarbageTests
{
    private const int Runs = 3;

    [Fact]
    public void Observing_a_round_in_the_steady_state_makes_no_garbage()
    {
        // A run does the same work each time: what a round allocates in all of them is its own, what it does in one is the runtime's.
        List<long> least = Run();
        for (int run = 1; run < Runs && least.Exists(bytes => bytes != 0); run++)
        {
            least = [.. least.Zip(Run(), long.Min)];
        }

        Assert.InRange(least.Count, 2, 100);
        Assert.All(least, bytes => Assert.Equal(0, bytes));
    }

    // Bytes of each round but the first ones, which learn the addresses and compile the code.
    private static List<long> Run()
    {
        SimulationDriver driver = SimulationPresets.Find("scattered")!.Create(seed: 1);
        using StringWriter text = new(new System.Text.StringBuilder(1 << 20));
        using EventStream events = new(text, ownsOutput: false);
        MetricsRegistry metrics = new(_ => new GroupLabels("databases", "databases"));
        metrics.TurnOn(_ => { });
        Measured measured = new(
            new ObserverGroup([new SummaryRecorder(), new HeatRecorder(driver.Machine.Places.InTier(0)), events, metrics]));
        using TieringEngine engine = new(driver.Machine, new TieringOptions(), driver.Machine.Clock, measured);
        engine.Add(driver.Loads[0].Process, FastShare.Auto);
        driver.Run(TimeSpan.FromSeconds(20), engine.Step);
        return [.. measured.Rounds.Skip(3)];
    }

    private sealed class Measured(IRoundObserver inner) : IRoundObserver
    {
        public List<long> Rounds { get; } = new(1000);

        public void OnRound(RoundReport report, HeatMap heat)
        {
            Garbage garbage = new();
            garbage.Add(() =>
            {
                inner.OnRound(report, heat);
                return true;
            });
            Rounds.Add(garbage.Bytes);
        }

        public void OnTargetGone(int pid) => inner.OnTargetGone(pid);

        public void OnScanFailed(int pid, int errno) => inner.OnScanFailed(pid, errno);
    }
}
