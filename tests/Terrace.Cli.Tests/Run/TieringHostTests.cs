using System.Diagnostics;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Run;
using Terrace.Cli.Terminal;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Loop;
using Terrace.Linux.Interop;
using Terrace.Simulation.Runs;

namespace Terrace.Cli.Tests.Run;

public sealed class TieringHostTests
{
    [Fact]
    public void A_round_is_finished_in_real_time_and_summarised()
    {
        SimulationDriver driver = SimulationPresets.Find("scattered")!.Create(seed: 1);
        SummaryRecorder summary = new();
        TieringOptions options = new() { FirstInterval = TimeSpan.FromMilliseconds(10), MaxInterval = TimeSpan.FromMilliseconds(20) };
        using TieringHost host = new(driver.Machine, options, new ObserverGroup([summary]));
        host.Add(driver.Loads[0].Process, FastShare.OfPages(0.5));
        int pid = driver.Loads[0].Process.Pid;
        summary.Name(pid, "example");
        Assert.True(host.Manages(pid));
        host.Run(TimeSpan.FromSeconds(20), () => summary.Rounds == 0 ? LoopPace.Steady : LoopPace.End, CancellationToken.None);
        ManagementSettings half = new() { Fast = FastShare.OfPages(0.5) };
        ManagementSummary result = summary.Summarise(half, TimeSpan.FromSeconds(1), cpu: TimeSpan.FromMilliseconds(20));
        TargetSummary target = Assert.Single(result.Processes);
        Assert.Equal(("example", SimulationPresets.WorkingSetPages), (target.Name, (int)target.Pages));
        Assert.Equal("50%", result.Fast);
        Assert.True(result.DemotedBytes > 0);
        using StringWriter text = new();
        SummaryText.Write(new TextOutput(text), result);
        Assert.Contains("managed 1 process for 1 s", text.ToString(), StringComparison.Ordinal);
        Assert.Contains("2.0 % of one", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_when_its_time_is_over_when_stopped_and_when_told_so()
    {
        SimulationDriver driver = SimulationPresets.Find("idle")!.Create(seed: 1);
        using TieringHost host = new(driver.Machine, new TieringOptions(), new SummaryRecorder());
        long start = Stopwatch.GetTimestamp();
        host.Run(TimeSpan.FromMilliseconds(60), () => LoopPace.Steady, CancellationToken.None);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 60, 10_000);
        host.Run(duration: null, () => LoopPace.End, CancellationToken.None);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(50));
        host.Run(duration: null, () => LoopPace.Quiet, stop.Token);
        Assert.True(stop.IsCancellationRequested);
    }

    [Fact]
    public async Task A_quiet_loop_ticks_when_there_are_news_and_does_work_at_once()
    {
        SimulationDriver driver = SimulationPresets.Find("idle")!.Create(seed: 1);
        using TieringHost host = new(driver.Machine, new TieringOptions(), new SummaryRecorder(), quiet: TimeSpan.FromHours(1));
        using EpollSet news = EpollSet.TryOpen()!;
        using LoopSignal happening = new();
        Assert.True(news.TryAdd(happening));
        using CancellationTokenSource stop = new();
        int ticks = 0;
        bool worked = false;
        Task running = Task.Factory.StartNew(
            () => host.Run(
                TimeSpan.FromSeconds(60),
                () =>
                {
                    Interlocked.Increment(ref ticks);

                    // What has happened is taken note of.
                    happening.Wait(TimeSpan.Zero, news: null);
                    return LoopPace.Quiet;
                },
                stop.Token,
                news),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref ticks) == 1, TimeSpan.FromSeconds(20)));

        // Work is no reason to tick; the next tick by the clock would come in an hour.
        _ = host.RunAsync(() =>
        {
            Volatile.Write(ref worked, true);
            return true;
        });
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref worked), TimeSpan.FromSeconds(20)));
        Assert.Equal(1, Volatile.Read(ref ticks));
        happening.Set();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref ticks) > 1, TimeSpan.FromSeconds(20)));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Work_that_others_hand_in_is_not_paid_by_tiering_and_its_faults_are_told_to_them()
    {
        SimulationDriver driver = SimulationPresets.Find("idle")!.Create(seed: 1);
        using TieringHost host = new(driver.Machine, new TieringOptions(), new SummaryRecorder());
        using CancellationTokenSource stop = new();
        Task running = Task.Factory.StartNew(
            () => host.Run(duration: null, () => LoopPace.Quiet, stop.Token),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => host.RunAsync<int>(() => throw new InvalidOperationException("a fault")));
        Assert.Equal("a fault", fault.Message);
        TimeSpan before = await host.RunAsync(() => host.TieringTime);
        await host.RunAsync(() =>
        {
            ThreadClock clock = ThreadClock.OfThisThread;
            TimeSpan end = clock.Spent!.Value + TimeSpan.FromMilliseconds(300);
            while (clock.Spent < end)
            {
                // Takes time.
            }

            return true;
        });
        TimeSpan taken = await host.RunAsync(() => host.TieringTime) - before;
        Assert.InRange(taken.TotalMilliseconds, 0, 100);
        await stop.CancelAsync();
        await running;
        Assert.True(host.TieringTime > TimeSpan.Zero);
    }

    [Fact]
    public void A_summary_without_rounds_says_why()
    {
        using StringWriter text = new();
        ManagementSummary empty = new SummaryRecorder().Summarise(new ManagementSettings(), TimeSpan.FromSeconds(1), cpu: null);
        SummaryText.Write(new TextOutput(text), empty);
        Assert.Contains("no round was finished", text.ToString(), StringComparison.Ordinal);
    }
}
