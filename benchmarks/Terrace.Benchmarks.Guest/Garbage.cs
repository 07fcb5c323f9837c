using System.Diagnostics;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// Bytes that the engine allocates in a round once it is in the steady state, on a real process with a hot tenth of its pages.
/// </summary>
internal static class Garbage
{
    private const int WarmUpRounds = 10;
    private const int MeasuredRounds = 20;

    /// <summary>
    /// In its first minute a process is looked at for virtual machines that it may begin to run, which makes some garbage.
    /// </summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(70);

    public static int Run(long bytes)
    {
        using LinuxMachine machine = new();
        using TouchingChild child = new(bytes);
        if (!machine.Attach(child.Pid, out LinuxProcess? process, out AttachError? error))
        {
            throw new InvalidOperationException(error!.Problem.What);
        }

        Observer observer = new();
        TieringOptions options = new() { MaxRest = TimeSpan.Zero };
        using TieringEngine engine = new(machine, options, TimeProvider.System, observer);
        engine.Add(process!, FastShare.OfPages(0.3));
        using CancellationTokenSource stop = new();
        Thread toucher = new(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                child.Touch(seed: 1, perMille: 100);
            }
        });
        toucher.Start();
        long allocated = 0;
        long? firstRound = null;
        long started = Stopwatch.GetTimestamp();
        while (firstRound is not { } first || observer.Rounds < first + MeasuredRounds)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan wait = engine.Step();
            if (firstRound is not null)
            {
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            }
            else if (observer.Rounds >= WarmUpRounds && Stopwatch.GetElapsedTime(started) >= s_warmUp)
            {
                firstRound = observer.Rounds;
            }

            Thread.Sleep(wait);
        }

        stop.Cancel();
        toucher.Join();
        Console.WriteLine($"rounds {observer.Rounds - firstRound}");
        Console.WriteLine($"allocated-bytes {allocated}");
        Console.WriteLine($"tracking-bytes-per-page {engine.TrackingBytes / (double)observer.Pages:0.000}");
        return 0;
    }

    private sealed class Observer : IRoundObserver
    {
        public long Rounds { get; private set; }

        public long Pages { get; private set; }

        public void OnRound(RoundReport report, HeatMap heat) => (Rounds, Pages) = (report.Round, report.Pages.Mapped);

        public void OnTargetGone(int pid)
        {
        }

        public void OnScanFailed(int pid, int errno)
        {
        }
    }
}
