using System.Diagnostics;
using System.Globalization;

namespace Terrace.Benchmarks.History;

/// <summary>Appends figures to benchmarks/history.csv, which is committed: so a figure can be followed over commits.</summary>
/// <param name="root">The repository.</param>
/// <param name="time">Gives the day.</param>
internal sealed class BenchHistory(string root, TimeProvider time)
{
    private const string File = "benchmarks/history.csv";

    /// <summary>Appends one row for each sample.</summary>
    /// <param name="samples">The run's name, and a figure of it.</param>
    /// <param name="machine">Where it was measured.</param>
    /// <param name="command">The command that prints the run's figures, by the run's name.</param>
    public async Task RecordAsync(IReadOnlyCollection<(string Run, Sample Sample)> samples, string machine, Func<string, string> command)
    {
        DateOnly day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        string commit = await CommitAsync();
        await System.IO.File.AppendAllLinesAsync(
            Path.Combine(root, File),
            samples.Select(one => Row(day, commit, machine, one.Run, one.Sample, command(one.Run)).Format()));
        Console.WriteLine($"{samples.Count} rows appended to {File}");
    }

    /// <summary>CPU model, cores and the kernel's version number, without what distributions add to it.</summary>
    public static string Machine()
    {
        IEnumerable<string> lines = System.IO.File.ReadLines("/proc/cpuinfo");
        string model = lines.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            ?? "unknown CPU";
        string kernel = Environment.OSVersion.Version.ToString(3);
        return string.Create(CultureInfo.InvariantCulture, $"{model}; {Environment.ProcessorCount} cores; Linux {kernel}");
    }

    private static HistoryRow Row(DateOnly day, string commit, string machine, string run, Sample sample, string command) =>
        new(day, commit, machine, $"{run}/{sample.Name}", sample.Value, sample.Unit, sample.Low, sample.High, command);

    private async Task<string> CommitAsync()
    {
        string hash = (await GitAsync("rev-parse", "--short=9", "HEAD")).Trim();

        // The history itself changes with every recorded run.
        bool changed = (await GitAsync("status", "--porcelain", "--untracked-files=no", "--", ".", $":!{File}")).Length > 0;
        return changed ? hash + "+" : hash;
    }

    private async Task<string> GitAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("git", arguments) { WorkingDirectory = root, RedirectStandardOutput = true };
        using Process git = Process.Start(start)!;
        string text = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        return git.ExitCode == 0 ? text : throw new InvalidOperationException("--record needs the repository's commit: run it in a clone");
    }
}
