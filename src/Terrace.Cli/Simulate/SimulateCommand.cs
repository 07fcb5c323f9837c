using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Run;
using Terrace.Cli.Terminal;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Cli.Simulate;

/// <summary><c>terrace simulate</c>: the tiering loop on a simulated machine.</summary>
internal static class SimulateCommand
{
    private const int LastSeconds = 10;

    private const string Description = """
        Watch tiering at work on a simulated machine

        Runs the same tiering loop on a machine with 1 GiB of fast and 2 GiB of slow memory, and a workload of 1400 MiB. Needs
        neither root nor slow memory. The same seed gives exactly the same result.

        Examples:
          terrace simulate --heatmap heat.svg
          terrace simulate --workload moving --for 2m --json
          terrace simulate --workload zipf --fast 30%
        """;

    public static Command Create(CliConsole console)
    {
        string names = string.Join(", ", SimulationPresets.All.Select(preset => preset.Name));
        UnitOption<SimulationPreset?> workload = OptionParsers.Make<SimulationPreset?>(
            "--workload",
            $"The workload: {names}.",
            "NAME",
            SimulationPresets.All[0].Name,
            (text, out value, out problem) =>
            {
                value = SimulationPresets.Find(text);
                problem = value is null ? new Problem($"there is no workload '{text}'", $"there are {names}") : null;
                return problem is null;
            },
            [.. SimulationPresets.All.Select(preset => preset.Name)]);
        UnitOption<TimeSpan?> duration = OptionParsers.Duration("--for", "Simulated time.", "60s", TimeSpan.FromSeconds(1));
        UnitOption<int> seed = OptionParsers.Number("--seed", "Seed of all random numbers.", 1, 0, int.MaxValue);
        ManagementOptionSet shared = new(json: true, tracker: false);
        Command command = new("simulate", Description) { workload, duration, seed };
        shared.AddTo(command);
        command.SetAction(parsed => Run(console, workload.In(parsed)!, duration.In(parsed)!.Value, seed.In(parsed), shared.In(parsed)));
        return command;
    }

    private static int Run(CliConsole console, SimulationPreset preset, TimeSpan duration, int seed, ManagementSettings settings)
    {
        using StopSignals signals = new();
        SimulationDriver driver = preset.Create((ulong)seed);
        using ManagementOutput output = new(console, settings, driver.Machine, ownsOut: true);
        using TieringEngine engine = new(driver.Machine, settings.Tiering, driver.Machine.Clock, output.Observer);
        SimulatedLoad load = driver.Loads[0];
        output.Summary.Name(load.Process.Pid, load.Process.Name);
        engine.Add(load.Process, settings.Fast);
        driver.OnSample = sample =>
        {
            output.Summary.TrackingBytes = engine.TrackingBytes;
            output.Heat?.RecordExactHits(sample.At, sample.HitRatio);
            output.ShowProgress(sample.At, sample.HitRatio, sample.At / duration);
        };
        List<SimulationSample> samples = [];
        for (
            TimeSpan done = TimeSpan.Zero;
            done < duration && !signals.Token.IsCancellationRequested && !output.IsNobodyReads;
            done += TimeSpan.FromSeconds(1))
        {
            TimeSpan left = duration - done;
            samples.AddRange(driver.Run(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1), engine.Step).Samples);
        }

        engine.BreakOff();
        ManagementSummary management = output.Summary.Summarise(settings, driver.Machine.Clock.Elapsed, cpu: null) with
        {
            WithheldBytes = output.WithheldNow(),
        };
        SimulationSummary summary = Summarise(preset, driver, load, settings, seed, samples, management);
        output.Heat?.End(driver.Machine.Clock.Elapsed);
        output.Finish(
            PictureCaptions.Of(console, $"terrace simulate: {preset.Description}", settings, MachineOf(preset), $"seed {seed}") with
            {
                BestHits = summary.Oracle,
                Phases = [.. PhasesOf(load.Workload, duration)],
            },
            management,
            JsonSerializer.Serialize(summary, SimulationJson.Default.SimulationSummary),
            text => Write(text, preset, summary));
        return output.IsNobodyReads ? ExitCode.NobodyReads : ExitCode.Ok;
    }

    private static string MachineOf(SimulationPreset preset) =>
        $"workload {preset.Name}: {ByteSize.Format((long)SimulationPresets.WorkingSetPages * Chunk.PageBytes)} on "
            + $"{ByteSize.Format(SimulationPresets.FastBytes)} of fast and {ByteSize.Format(SimulationPresets.SlowBytes)} of slower memory";

    private static IEnumerable<TimeSpan> PhasesOf(IWorkload workload, TimeSpan length)
    {
        if (workload.Phase is { } phase)
        {
            for (TimeSpan at = phase; at < length; at += phase)
            {
                yield return at;
            }
        }
    }

    private static SimulationSummary Summarise(
        SimulationPreset preset,
        SimulationDriver driver,
        SimulatedLoad load,
        ManagementSettings settings,
        int seed,
        List<SimulationSample> samples,
        ManagementSummary management)
    {
        SimulationSample last = samples.Count > 0 ? samples[^1] : default;
        List<SimulationSample> end = [.. samples.Skip(Math.Max(0, samples.Count - LastSeconds))];
        driver.Machine.Refresh();
        long free = driver.Machine.Topology.Tiers[0].Sum(driver.Machine.FreeBytes) / Chunk.PageBytes;
        long couldBeFast = settings.Fast.PagesOf(last.Pages) ?? Math.Min(last.Pages, last.FastPages + free);
        return new SimulationSummary
        {
            Workload = preset.Name,
            Seed = seed,
            Seconds = Math.Round(driver.Machine.Clock.Elapsed.TotalSeconds, 3),
            Accesses = samples.Sum(sample => sample.Accesses),
            HitRatioFirst = Ratio([.. samples.Take(1)]),
            HitRatioLast = Ratio(end),
            Oracle = load.Workload.OracleHitRatio(couldBeFast),
            AccessesPerSecondFirst = samples.Count > 0 ? samples[0].Accesses : 0,
            AccessesPerSecondLast = end.Count > 0 ? Math.Round(end.Average(sample => sample.Accesses)) : 0,
            Beyond = Beyond(load.Workload, couldBeFast, samples, end, management),
            FastPageShare = last.FastShare,
            TieringSeconds = Math.Round(driver.Machine.TieringTime.TotalSeconds, 3),
            Digest = DigestOf(samples),
            Management = management,
        };
    }

    // The best possible is of the fast memory that it might have at the end, and of accesses without end.
    private static string Beyond(
        IWorkload workload, long couldBeFast, List<SimulationSample> samples, List<SimulationSample> end, ManagementSummary management)
    {
        const double Noise = 1.005;
        double best = workload.OracleHitRatio(couldBeFast) * Noise;
        List<SimulationSample> first = [.. samples.Take(1)];
        List<SimulationSample> beyond = Ratio(end) > best ? end : Ratio(first) > best ? first : [];
        if (beyond.Count == 0)
        {
            return "";
        }

        long before = beyond[0] == samples[0] ? management.Processes.Sum(process => process.FastPagesBefore) : 0;
        long most = Math.Max(before, beyond.Max(sample => sample.FastPages));
        return Ratio(beyond) <= workload.OracleHitRatio(most) * Noise
            ? ": it had more fast memory than that is counted for"
            : ": in so short a time it did not access all of its pages alike";
    }

    // Null when there were no accesses.
    private static double? Ratio(List<SimulationSample> samples)
    {
        long all = samples.Sum(sample => sample.Accesses);
        return all == 0 ? null : (double)samples.Sum(sample => sample.FastAccesses) / all;
    }

    // FNV-1a over what every second counted.
    private static string DigestOf(List<SimulationSample> samples)
    {
        ulong hash = 14695981039346656037;
        foreach (SimulationSample sample in samples)
        {
            ReadOnlySpan<long> counted =
            [
                sample.At.Ticks,
                sample.Accesses,
                sample.FastAccesses,
                sample.Pages,
                sample.FastPages,
                sample.MovedPages,
                sample.TieringTime.Ticks,
            ];
            foreach (long number in counted)
            {
                hash = (hash ^ (ulong)number) * 1099511628211;
            }
        }

        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }

    private static void Write(TextOutput output, SimulationPreset preset, SimulationSummary summary)
    {
        output.WriteText(
            $"terrace: simulated {HumanDuration.Format(TimeSpan.FromSeconds(summary.Seconds))} of '{preset.Name}': {preset.Description} "
                + $"(seed {summary.Seed})");
        output.WriteNextTo(
            ["  served by fast memory    "],
            summary.Accesses == 0 ? "there were no accesses"
                : $"{Percent.Of(summary.HitRatioFirst)} of accesses in the first second{Later(Percent.Of(summary.HitRatioLast))}; "
                    + $"best possible {Percent.Of(summary.Oracle)} (all counted exactly){summary.Beyond}");
        output.WriteNextTo(
            ["  speed of the workload    "],
            string.Create(CultureInfo.InvariantCulture, $"{summary.AccessesPerSecondFirst / 1e6:0.00} M accesses/s in the first second")
            + Later(string.Create(CultureInfo.InvariantCulture, $"{summary.AccessesPerSecondLast / 1e6:0.00} M/s")));
        SummaryText.Write(output, summary.Management, isCounted: summary.Accesses > 0);

        // A second that is the first and the last is said once.
        string Later(string value) =>
            summary.Seconds <= 1 ? ""
            : summary.Seconds <= LastSeconds ? $", {value} over all {HumanDuration.Format(TimeSpan.FromSeconds(summary.Seconds))}"
            : $", {value} in the last {LastSeconds} s";
    }
}
