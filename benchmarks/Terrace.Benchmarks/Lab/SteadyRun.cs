using System.Globalization;
using Terrace.Lab.Machine;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// What management in the steady state costs the workload: one run of <c>terrace exercise</c> under <c>terrace manage</c>, long
/// after the placement is
/// done. A machine on a shared host is faster and slower by a quarter for tens of seconds at a time, so stretches with and
/// without management, a minute each,
/// cannot be compared. Seconds can: those in which Terrace used processor time (and those right after) against the seconds close
/// by in which it slept, which is
/// what unmanaged means here, with the pages in the same places. What is lost in the former is counted against all seconds of the run.
/// </summary>
internal sealed class SteadyRun
{
    /// <summary>A second is compared with those asleep this far before and after it.</summary>
    private const int Nearby = 10;

    private const int FewestNearby = 4;

    /// <summary>
    /// After so much processor time in a second the work was a round, and the seconds after it are counted as its: the
    /// processor's caches and TLB fill again.
    /// </summary>
    private const int RoundTicks = 10;

    private const int SecondsAfterRound = 5;

    /// <summary>Clock ticks in a second of /proc/PID/stat.</summary>
    private const double TicksPerSecond = 100;

    private const string Script = """
        set -e
        cd /tmp && rm -f ex.jsonl m.jsonl cpu
        terrace exercise --json EXERCISE > ex.jsonl &
        exercise=$!
        until [ "$(wc -l < ex.jsonl)" -ge 3 ]; do sleep 0.2; done
        terrace manage --pid $exercise --json > m.jsonl &
        manager=$!
        until [ "$(wc -l < ex.jsonl)" -ge SETTLED ]; do sleep 0.5; done
        rounds=$(grep -c '"event":"round"' m.jsonl)

        # A line for each report of the workload: how many there are, and the processor time of Terrace so far, threads that ended included.
        seen=0
        n=0
        while [ $n -lt SECONDS ]; do
            lines=$(wc -l < ex.jsonl)
            if [ $lines -gt $seen ]; then
                seen=$lines
                read -r stat < /proc/$manager/stat
                set -- ${stat##*) }
                echo "$lines $((${12} + ${13}))" >> cpu
                n=$((n + 1))
            fi
            sleep 0.2
        done
        echo "rounds $(($(grep -c '"event":"round"' m.jsonl) - rounds))" >> cpu
        kill $manager
        wait $manager || true
        kill $exercise
        wait $exercise || true
        """;

    /// <summary>Accesses while managed, as a part of what they would have been without; mean and standard error over the run.</summary>
    public required (double Mean, double Error) Throughput { get; init; }

    /// <summary>Seconds that were measured, those of them in which Terrace was at work or had just been, and rounds.</summary>
    public required (int All, int AtWork, int Rounds) Seconds { get; init; }

    /// <summary>Processor time of Terrace, part of one processor.</summary>
    public required double Processor { get; init; }

    /// <summary>Longest stall of the workload in the seconds of work, milliseconds, and in the others.</summary>
    public required (double AtWork, double Asleep) LongestStallMs { get; init; }

    /// <summary>Runs it.</summary>
    /// <param name="vm">The machine; <c>terrace</c> is in its path.</param>
    /// <param name="exercise">Options of <c>terrace exercise</c>.</param>
    /// <param name="settledSeconds">Seconds of management before the first that counts.</param>
    /// <param name="seconds">Seconds that count.</param>
    public static async Task<SteadyRun> RunAsync(LabMachine vm, string exercise, int settledSeconds, int seconds)
    {
        string script = Script
            .Replace("EXERCISE", exercise, StringComparison.Ordinal)
            .Replace("SETTLED", $"{settledSeconds}", StringComparison.Ordinal)
            .Replace("SECONDS", $"{seconds}", StringComparison.Ordinal);
        LabResult result = await vm.RunAsync(script, TimeSpan.FromSeconds(settledSeconds + (2 * seconds) + 60));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stderr}");
        }

        ExerciseLog log = ExerciseLog.Parse(await ManagedRun.LinesAsync(vm, "/tmp/ex.jsonl"));
        string[][] marks =
        [
            .. (await ManagedRun.LinesAsync(vm, "/tmp/cpu"))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words.Length == 2),
        ];
        int rounds = Number(marks.Single(words => words[0] == "rounds")[1]);
        (int Lines, int Ticks)[] samples =
        [
            .. marks.Where(words => words[0] != "rounds").Select(words => (Number(words[0]), Number(words[1]))),
        ];
        return Evaluate(log, samples, rounds);
    }

    private static SteadyRun Evaluate(ExerciseLog log, (int Lines, int Ticks)[] samples, int rounds)
    {
        // The first line is not a report: with n lines, report n - 2 is the last that is whole, and the ticks since the line
        // before are of about its second.
        int first = samples[0].Lines - 1;
        int count = samples[^1].Lines - 1 - first;
        double[] speed = [.. Enumerable.Range(first, count).Select(i => log.Seconds[i].AccessesPerSecond)];
        bool[] atWork = new bool[count];
        for (int sample = 1; sample < samples.Length; sample++)
        {
            // What a sample counts was done in the second that it is taken in, or in the one before.
            int ticks = samples[sample].Ticks - samples[sample - 1].Ticks;
            int from = samples[sample - 1].Lines - 1 - first;
            int to = samples[sample].Lines - first + (ticks >= RoundTicks ? SecondsAfterRound : 0);
            for (int i = from; ticks > 0 && i < Math.Min(count, to); i++)
            {
                atWork[i] = true;
            }
        }

        double[] losses = [.. Enumerable.Range(0, count).Select(i => atWork[i] ? LossAt(i, speed, atWork) : 0)];
        double mean = losses.Average();

        // Seconds next to one another are slow together, so the error comes from stretches that are longer than that.
        const int Stretch = 30;
        double[] stretches = [.. losses.Chunk(Stretch).Where(chunk => chunk.Length == Stretch).Select(chunk => chunk.Average())];
        double spread = Math.Sqrt(stretches.Sum(s => Math.Pow(s - stretches.Average(), 2)) / (stretches.Length - 1));
        double stall(bool work) => Enumerable.Range(0, count).Where(i => atWork[i] == work).Max(i => log.Seconds[first + i].LongestStallMs);
        return new SteadyRun
        {
            Throughput = (1 - mean, spread / Math.Sqrt(stretches.Length)),
            Seconds = (count, atWork.Count(work => work), rounds),
            Processor = (samples[^1].Ticks - samples[0].Ticks) / TicksPerSecond / count,
            LongestStallMs = (stall(true), stall(false)),
        };
    }

    /// <summary>
    /// Part of a second's accesses that was lost, against the seconds asleep nearby; farther away when there are too few.
    /// </summary>
    private static double LossAt(int second, double[] speed, bool[] atWork)
    {
        for (int reach = Nearby; ; reach += Nearby)
        {
            double[] asleep =
            [
                .. Enumerable.Range(second - reach, (2 * reach) + 1)
                    .Where(i => i >= 0 && i < speed.Length && !atWork[i])
                    .Select(i => speed[i]),
            ];
            if (asleep.Length >= FewestNearby || reach > speed.Length)
            {
                return 1 - (speed[second] / asleep.Average());
            }
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
