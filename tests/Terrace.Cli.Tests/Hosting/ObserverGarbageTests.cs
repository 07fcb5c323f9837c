using Terrace.Cli.Hosting;
using Terrace.Cli.Metrics;
using Terrace.Cli.Pictures;
using Terrace.Core.Placement;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Simulation;

namespace Terrace.Cli.Tests.Hosting;

public sealed class ObserverGarbageTests
{
    [Fact]
    public void Observing_a_round_in_the_steady_state_makes_no_garbage()
    {
        SimulationDriver driver = SimulationPresets.Find("scattered")!.Create(seed: 1);
        using StringWriter text = new(new System.Text.StringBuilder(1 << 20));
        using EventStream events = new(text, ownsOutput: false);
        MetricsBook metrics = new(_ => new GroupLabels("databases", "databases"));
        metrics.TurnOn(_ => { });
        Measured measured = new(new ObserverGroup([new SummaryRecorder(), new HeatRecorder(driver.Machine.Places.InTier(0)), events, metrics]));
        using TieringEngine engine = new(driver.Machine, new TieringOptions(), driver.Machine.Clock, measured);
        engine.Add(driver.Loads[0].Process, FastShare.Auto);
        driver.Run(TimeSpan.FromSeconds(20), engine.Step);
        Assert.InRange(measured.Rounds.Count, 5, 100);
        // The first rounds learn the addresses and compile the code.
        Assert.All(measured.Rounds.Skip(3), bytes => Assert.Equal(0, bytes));
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
