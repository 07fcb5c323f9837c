using System.Globalization;
using Terrace.Lab.Machine;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// What management in the steady state costs the workload: one run of <c>terrace exercise</c> under <c>terrace manage</c>, which is stopped and
/// continued by turns (SIGSTOP, SIGCONT), so that managed and unmanaged stretches lie side by side in time with the pages in the same places.
/// A managed stretch is a whole number of cycles of a round and its rest, as in the steady state: a round begins at once when Terrace is continued.
/// </summary>
internal sealed class PausedRun
{
    private const string Script = """
        set -e
        cd /tmp && rm -f ex.jsonl m.jsonl marks
        terrace exercise --json EXERCISE > ex.jsonl &
        exercise=$!
        until [ "$(wc -l < ex.jsonl)" -ge 3 ]; do sleep 0.2; done
        terrace manage --pid $exercise --json > m.jsonl &
        manager=$!
        until [ "$(wc -l < ex.jsonl)" -ge SETTLED ]; do sleep 0.2; done
        turn=0
        while [ $turn -lt TURNS ]; do
            kill -STOP $manager
            wc -l < ex.jsonl >> marks
            sleep STRETCH
            wc -l < ex.jsonl >> marks
            rounds=$(grep -c '"event":"round"' m.jsonl)
            kill -CONT $manager
            until [ "$(grep -c '"event":"round"' m.jsonl)" -ge $((rounds + CYCLES)) ]; do sleep 1; done
            sleep REST
            turn=$((turn + 1))
        done
        kill -STOP $manager
        wc -l < ex.jsonl >> marks
        sleep STRETCH
        wc -l < ex.jsonl >> marks
        kill -CONT $manager
        kill $manager
        wait $manager || true
        kill $exercise
        wait $exercise || true
        """;

    /// <summary>Accesses per second while managed, as a part of those in the unmanaged stretches right before and after; one for each turn.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>Longest stall of the workload in the managed stretches, milliseconds, and in the unmanaged ones.</summary>
    public required (double Managed, double Unmanaged) LongestStallMs { get; init; }

    /// <summary>Runs it.</summary>
    /// <param name="vm">The machine; <c>terrace</c> is in its path.</param>
    /// <param name="exercise">Options of <c>terrace exercise</c>.</param>
    /// <param name="settledSeconds">Seconds of management before the first turn.</param>
    /// <param name="turns">Managed stretches, each between two unmanaged ones.</param>
    /// <param name="cycles">Rounds, each with its rest, in a managed stretch.</param>
    /// <param name="restSeconds">Length of a rest; the last of a stretch must end before the next round begins.</param>
    /// <param name="stretchSeconds">Length of an unmanaged stretch.</param>
    public static async Task<PausedRun> RunAsync(LabMachine vm, string exercise, int settledSeconds, int turns, int cycles, int restSeconds, int stretchSeconds)
    {
        string script = Script
            .Replace("EXERCISE", exercise, StringComparison.Ordinal)
            .Replace("SETTLED", $"{settledSeconds}", StringComparison.Ordinal)
            .Replace("TURNS", $"{turns}", StringComparison.Ordinal)
            .Replace("CYCLES", $"{cycles}", StringComparison.Ordinal)
            .Replace("REST", $"{restSeconds}", StringComparison.Ordinal)
            .Replace("STRETCH", $"{stretchSeconds}", StringComparison.Ordinal);
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(30));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stderr}");
        }

        ExerciseLog log = ExerciseLog.Parse(await ManagedRun.LinesAsync(vm, "/tmp/ex.jsonl"));
        int[] marks = [.. (await ManagedRun.LinesAsync(vm, "/tmp/marks")).Select(line => int.Parse(line.Trim(), CultureInfo.InvariantCulture))];
        List<double> ratios = [];
        double managedStall = 0;
        double unmanagedStall = 0;
        for (int mark = 0; mark + 3 < marks.Length; mark += 2)
        {
            IReadOnlyList<ExerciseLog.Second> unmanaged = [.. Whole(log, marks[mark], marks[mark + 1]), .. Whole(log, marks[mark + 2], marks[mark + 3])];
            IReadOnlyList<ExerciseLog.Second> managed = Whole(log, marks[mark + 1], marks[mark + 2]);
            ratios.Add(managed.Average(s => s.AccessesPerSecond) / unmanaged.Average(s => s.AccessesPerSecond));
            managedStall = Math.Max(managedStall, managed.Max(s => s.LongestStallMs));
            unmanagedStall = Math.Max(unmanagedStall, unmanaged.Max(s => s.LongestStallMs));
        }

        return new PausedRun { Ratios = ratios, LongestStallMs = (managedStall, unmanagedStall) };
    }

    // The first line is not a report, so after n lines report n - 1 is being made: the first that lies wholly in a stretch is the one after it.
    private static IReadOnlyList<ExerciseLog.Second> Whole(ExerciseLog log, int from, int to) => [.. log.Seconds.Take(to - 1).Skip(from)];
}
