using System.Diagnostics;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Accessed;

/// <summary>Some scans of one process, each passed on as it is read: clear, wait, read, clear, wait, read, …</summary>
internal sealed class AccessedRun(IManagedProcess process, AccessedPages pages)
{
    private const int Attempts = 3;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    /// <summary>Told before each scan how many are done.</summary>
    public Action<int>? OnScan { get; init; }

    /// <summary>Given each scan that is whole.</summary>
    public Action<AccessedScan>? OnDone { get; init; }

    /// <summary>True when nobody reads what is written any more. Asked while it waits, when only a write would tell.</summary>
    public Func<bool>? IsNobodyReading { get; init; }

    /// <summary>Scans.</summary>
    /// <exception cref="CommandFailure">
    /// The process exited, or it cannot be read, or nobody reads any more, or it was stopped.
    /// </exception>
    public void Run(int scans, TimeSpan interval, CancellationToken stop)
    {
        for (int done = 0; done < scans; done++)
        {
            OnScan?.Invoke(done);
            OnDone?.Invoke(ScanOnce(done, scans, interval, stop));
        }
    }

    private AccessedScan ScanOnce(int done, int scans, TimeSpan interval, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            ScanOutcome cleared = Clear(stop);
            long since = Stopwatch.GetTimestamp();
            ScanOutcome read = cleared;
            TimeSpan covered = default;
            if (cleared.Status == ScanStatus.Complete && !Wait(interval, stop))
            {
                covered = Stopwatch.GetElapsedTime(since);
                pages.Begin(done + 1, covered);
                read = process.Tracker.Read(pages);
            }

            if (stop.IsCancellationRequested)
            {
                throw new CommandFailure(
                    ExitCode.Interrupted,
                    $"stopped after {Counted.Of(done, "scan")} of {scans}",
                    "let it run to its end; scans before that are whole");
            }

            if (read.Status == ScanStatus.Complete)
            {
                pages.End();
                return Describe(done + 1, covered, cleared, read);
            }

            // What was written of a scan cannot be taken back.
            bool mayTryAgain = read.Status == ScanStatus.AddressSpaceReplaced && !pages.HasBegun && attempt < Attempts;
            if (!mayTryAgain)
            {
                throw FailureOf(read, done);
            }
        }
    }

    private ScanOutcome Clear(CancellationToken stop)
    {
        pages.Begin(0, default);
        ScanOutcome cleared;
        do
        {
            cleared = process.Clearer.Clear();
        }
        while (cleared.Status == ScanStatus.Unfinished && !stop.IsCancellationRequested);
        return cleared;
    }

    // True when it was stopped meanwhile.
    private bool Wait(TimeSpan interval, CancellationToken stop)
    {
        long start = Stopwatch.GetTimestamp();
        while (interval - Stopwatch.GetElapsedTime(start) is var left && left > TimeSpan.Zero)
        {
            // WaitOne leaves off what is not a whole millisecond.
            TimeSpan part = left < s_look ? TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)) : s_look;
            if (stop.WaitHandle.WaitOne(part))
            {
                return true;
            }

            if (IsNobodyReading?.Invoke() == true)
            {
                throw new CommandFailure(ExitCode.NobodyReads, "nobody reads standard output any more", "start its reader again");
            }
        }

        return stop.IsCancellationRequested;
    }

    private CommandFailure FailureOf(ScanOutcome outcome, int done) => outcome.Status switch
    {
        ScanStatus.ProcessGone => new CommandFailure(
            ExitCode.NoSuchProcess,
            $"process {process.Pid} exited after {Counted.Of(done, "scan")}",
            "scan a process that lives longer, or fewer times"),
        ScanStatus.AddressSpaceReplaced => new CommandFailure(
            ExitCode.Unavailable,
            $"process {process.Pid} executed another program after {Counted.Of(done, "scan")}",
            "scan it when it has settled"),
        _ => new CommandFailure(
            outcome.Errno is Errno.EPERM or Errno.EACCES ? ExitCode.NotPermitted : ExitCode.Unavailable,
            $"process {process.Pid} cannot be scanned any more after {Counted.Of(done, "scan")}: {ErrorWords.Of(outcome.Errno)}",
            "see the kernel's log; try --tracker idle-bitmap"),
    };

    private AccessedScan Describe(int scan, TimeSpan covered, ScanOutcome cleared, ScanOutcome read) => new()
    {
        Pid = process.Pid,
        Scan = scan,
        IntervalMs = Milliseconds(covered),
        AccessedPages = pages.Tally.Accessed,
        IdlePages = pages.Tally.Idle,
        HolePages = pages.Tally.Holes,
        HugePages = pages.Tally.Huge,
        Tracker = process.Tracker.Name,
        Clearer = process.Clearer.Name,
        ReadMs = Milliseconds(read.Duration),
        ClearMs = Milliseconds(cleared.Duration),
        LongestClearMs = Milliseconds(cleared.Stall),
    };

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
