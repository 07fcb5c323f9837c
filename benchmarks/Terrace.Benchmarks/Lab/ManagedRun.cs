using Terrace.Lab.Machine;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// One run of <c>terrace exercise</c> in the lab, in three stretches: unmanaged, managed by <c>terrace manage</c>, and (the pages
/// left where they
/// are) unmanaged again.
/// </summary>
internal sealed class ManagedRun
{
    private const string Script = """
        set -e
        cd /tmp && rm -f ex.jsonl m.jsonl marks
        terrace exercise --json EXERCISE > ex.jsonl &
        exercise=$!
        until [ "$(wc -l < ex.jsonl)" -ge $((BEFORE + 1)) ]; do sleep 0.2; done
        wc -l < ex.jsonl > marks
        MANAGE > m.jsonl
        wc -l < ex.jsonl >> marks
        sleep AFTER
        kill $exercise
        wait $exercise || true
        """;

    /// <summary>What the exercise reported.</summary>
    public required ExerciseLog Log { get; init; }

    /// <summary>Exercise time at which management began, seconds.</summary>
    public required double ManagedFrom { get; init; }

    /// <summary>Exercise time at which it ended.</summary>
    public required double ManagedTo { get; init; }

    /// <summary>What <c>terrace manage --json</c> wrote.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    /// <summary>The lines that the exercise wrote.</summary>
    public required IReadOnlyList<string> Reports { get; init; }

    /// <summary>Runs it.</summary>
    /// <param name="vm">The machine; <c>terrace</c> is in its path.</param>
    /// <param name="exercise">Options of <c>terrace exercise</c>.</param>
    /// <param name="manage">Options of <c>terrace manage</c> besides the process; null to manage nothing.</param>
    /// <param name="beforeSeconds">Unmanaged seconds before.</param>
    /// <param name="managedSeconds">Managed seconds.</param>
    /// <param name="afterSeconds">Unmanaged seconds after.</param>
    public static async Task<ManagedRun> RunAsync(
        LabMachine vm, string exercise, string? manage, int beforeSeconds, int managedSeconds, int afterSeconds)
    {
        string script = Script
            .Replace("EXERCISE", exercise, StringComparison.Ordinal)
            .Replace("BEFORE", $"{beforeSeconds}", StringComparison.Ordinal)
            .Replace("AFTER", $"{afterSeconds}", StringComparison.Ordinal)
            .Replace(
                "MANAGE",
                manage is null ? $"sleep {managedSeconds}" : $"terrace manage --pid $exercise {manage} --for {managedSeconds}s --json",
                StringComparison.Ordinal);
        LabResult result = await vm.RunAsync(script, TimeSpan.FromSeconds(300 + (4 * (beforeSeconds + managedSeconds + afterSeconds))));
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stderr}");
        }

        string[] reports = await LinesAsync(vm, "/tmp/ex.jsonl");
        ExerciseLog log = ExerciseLog.Parse(reports);
        int[] marks =
        [
            .. (await LinesAsync(vm, "/tmp/marks"))
                .Select(line => int.Parse(line.Trim(), System.Globalization.CultureInfo.InvariantCulture)),
        ];

        // The first line is not a report, so line n is report n - 1.
        return new ManagedRun
        {
            Log = log,
            Reports = reports,
            ManagedFrom = log.Seconds[marks[0] - 2].At,
            ManagedTo = log.Seconds[Math.Min(marks[1] - 2, log.Seconds.Count - 1)].At,
            Events = await LinesAsync(vm, "/tmp/m.jsonl"),
        };
    }

    /// <summary>The lines of a file in the machine.</summary>
    internal static async Task<string[]> LinesAsync(LabMachine vm, string path) =>
        (await vm.RunAsync($"cat {path}")).Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
