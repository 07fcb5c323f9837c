using System.Diagnostics;
using System.Runtime.InteropServices;
using Terrace.Fuzz.Feeding;

namespace Terrace.Fuzz.Campaigns;

/// <summary>Runs afl-fuzz on one target until enough inputs were run, or one brought the process down.</summary>
internal sealed partial class TargetRun(string program, string artifacts, IFuzzTarget target, long inputs, TimeProvider clock)
{
    private const int SIGINT = 2;
    private const int SIGKILL = 9;

    /// <summary>How often afl-fuzz is asked to end before it is made to.</summary>
    private const int MostAsks = 10;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_report = TimeSpan.FromSeconds(30);

    /// <summary>Runs it.</summary>
    /// <exception cref="InvalidOperationException">afl-fuzz does not work here; the message says what it said.</exception>
    public async Task<TargetResult> RunAsync(Action<string> say, CancellationToken stop)
    {
        using WorkFolder work = new(artifacts, target);
        using FeedRecord record = new(work.Record);
        using Process afl = Start(work);
        Task<string> output = afl.StandardOutput.ReadToEndAsync(CancellationToken.None);
        long began = 0;
        long reported = clock.GetTimestamp();
        while (!afl.HasExited && record.Inputs < inputs && !stop.IsCancellationRequested)
        {
            await Task.WhenAny(Task.Delay(s_look, clock, CancellationToken.None), afl.WaitForExitAsync(CancellationToken.None));
            began = began == 0 && record.Runs > 0 ? clock.GetTimestamp() : began;
            if (clock.GetElapsedTime(reported) >= s_report)
            {
                reported = clock.GetTimestamp();
                double rate = record.Inputs / Math.Max(clock.GetElapsedTime(began == 0 ? reported : began).TotalSeconds, 1);
                say(FormattableString.Invariant($"{target.Name}: {record.Inputs:n0} of {inputs:n0} inputs, {rate:n0}/s"));
            }
        }

        TimeSpan time = clock.GetElapsedTime(began == 0 ? clock.GetTimestamp() : began);
        bool died = afl.HasExited && !stop.IsCancellationRequested;
        for (int asked = 0; !afl.HasExited; asked++)
        {
            // One that has only just started may not hear the first: its handler is not there yet.
            _ = kill(afl.Id, asked < MostAsks ? SIGINT : SIGKILL);
            await Task.WhenAny(Task.Delay(s_patience, clock, CancellationToken.None), afl.WaitForExitAsync(CancellationToken.None));
        }

        List<Fault> faults = [.. work.Crashes.Select(path => File.ReadAllBytes(path)).Select(input =>
            Fault.Of(target, input) ?? new Fault("it failed once, but not again", IsHang: false, input))];
        if (died)
        {
            faults.Add(FatalFault(record, work, await output));
        }

        return new TargetResult(target, record.Inputs, AflFigures.Read(work.Stats), [.. faults.DistinctBy(fault => fault.What)], time);
    }

    private static Fault FatalFault(FeedRecord record, WorkFolder work, string output)
    {
        if (!record.IsRunning)
        {
            string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            throw new InvalidOperationException("afl-fuzz ended early; it said:\n" + string.Join('\n', lines.TakeLast(20)));
        }

        bool hangs = File.Exists(HangWatch.MarkBeside(work.Record));
        return new Fault(hangs ? "one input takes too long" : "it ended the process", hangs, record.Input.ToArray());
    }

    private Process Start(WorkFolder work)
    {
        ProcessStartInfo start = new("afl-fuzz")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            ArgumentList =
            {
                "-i", work.Seeds, "-o", work.Output, "-x", work.Words, "-G", $"{target.MaxBytes}", "-t", "600000",
                "--", program, "--feed", target.Name, work.Record,
            },
            Environment =
            {
                ["TMPDIR"] = work.Root,
                ["AFL_SKIP_BIN_CHECK"] = "1", // the program is no compiled C
                ["AFL_NO_UI"] = "1",
                ["AFL_FAST_CAL"] = "1",
                ["AFL_DISABLE_TRIM"] = "1",
                ["AFL_TRY_AFFINITY"] = "1",
                ["AFL_SKIP_CPUFREQ"] = "1",
                ["AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES"] = "1", // the fork server tells of them, not the kernel
                ["AFL_IGNORE_PROBLEMS"] = "1",
                ["AFL_CRASHING_SEEDS_AS_NEW_CRASH"] = "1",
                ["AFL_FORKSRV_INIT_TMOUT"] = "600000",
                ["AFL_NO_COLOR"] = "1",
            },
        };
        return Process.Start(start) ?? throw new InvalidOperationException("afl-fuzz cannot be started");
    }

    // https://man7.org/linux/man-pages/man2/kill.2.html
    [LibraryImport("libc")]
    private static partial int kill(int pid, int signal);
}
