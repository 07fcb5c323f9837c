using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux;
using Terrace.Linux.Files;

namespace Terrace.Cli.Exercise;

/// <summary><c>terrace exercise</c>: a workload of known heat.</summary>
internal static class ExerciseCommand
{
    private const string Description = """
        Run a workload of known heat, and measure placement

        Fills memory, then accesses it at random, one cache line per page. Counts exactly which share of its accesses fast
        memory served, and compares that with the best that any placement could reach.

        Examples:
          terrace exercise --size 1400M --hot 10% --share 90% --for 60s
          sudo terrace run --fast 40% -- terrace exercise --zipf 0.99 --for 2m
          terrace exercise --phase 45s --json   # other pages become hot every 45 s
        """;

    public static Command Create(CliConsole console)
    {
        UnitOption<long> size = OptionParsers.Size("--size", "Memory to access.", "1400M", min: 1 << 20, max: 8L << 40);
        UnitOption<double> hot = OptionParsers.Fraction(
            "--hot", "Part of the pages that is hot.", "10%", new PercentageRange(ZeroAllowed: false));
        UnitOption<double> share = OptionParsers.Fraction(
            "--share", "Share of the accesses that hot pages get.", "90%", new PercentageRange());
        Option<bool> scatter = new("--scatter") { Description = "Spread the hot pages over the memory; this is the default." };
        Option<bool> contiguous = new("--contiguous") { Description = "Put the hot pages next to each other." };
        UnitOption<TimeSpan?> phase = OptionParsers.Duration(
            "--phase", "Make other pages hot each time this much time has passed.", null, TimeSpan.FromMilliseconds(100));
        UnitOption<double?> zipf = OptionParsers.Make<double?>(
            "--zipf", "Follow Zipf's law with this exponent, instead of a hot set.", "EXPONENT", null, ReadExponent);
        Option<bool> sequential = new("--sequential") { Description = "Access one page after the other, over and over." };
        UnitOption<double> write = OptionParsers.Fraction("--write", "Share of the accesses that write.", "0%", new PercentageRange());
        UnitOption<double> load = OptionParsers.Fraction(
            "--load", "Part of the time that threads access memory; they sleep the rest.", "100%", new PercentageRange(ZeroAllowed: false));
        UnitOption<string> hugePages = OptionParsers.Make<string>(
            "--huge-pages",
            "Ask for huge pages: on or off.",
            "on|off",
            "off",
            (text, out value, out problem) =>
            {
                value = text;
                problem = text is "on" or "off" ? null : new Problem($"'{text}' is neither on nor off", "write one of them");
                return problem is null;
            },
            "on",
            "off");
        Option<string?> name = new("--name")
        {
            Description = "Name the memory, to try hints such as terrace:hot or terrace:fast=30%.",
            HelpName = "NAME",
        };
        Option<string?> shared = new("--shared")
        {
            Description = "Access this file instead, mapped shared; created if missing. On tmpfs, such as /dev/shm/x, it is memory.",
            HelpName = "FILE",
        };
        UnitOption<int?> bind = OptionParsers.Make<int?>(
            "--bind",
            "Bind the memory to this node, by a memory policy.",
            "NODE",
            null,
            (text, out value, out problem) =>
            {
                bool read = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int node) && node < 64;
                value = node;
                problem = read ? null : new Problem($"'{text}' is not the number of a node", "see terrace topology");
                return read;
            });
        UnitOption<int> threads = OptionParsers.Number("--threads", "Threads that access memory.", 1, 1, 1024);
        UnitOption<int> remap = OptionParsers.Number(
            "--remap", "Number of small mappings that are constantly replaced and moved.", 0, 0, 30_000);
        UnitOption<int> seed = OptionParsers.Number("--seed", "Seed of all random numbers.", 1, 0, int.MaxValue);
        UnitOption<TimeSpan?> duration = OptionParsers.Duration(
            "--for", "How long to access memory. By default until SIGTERM or Ctrl-C.", null, TimeSpan.FromMilliseconds(1));
        UnitOption<TimeSpan?> every = OptionParsers.Duration(
            "--report-every", "Time between reports.", "1s", TimeSpan.FromMilliseconds(50));
        UnitOption<FastShare> oracle = OptionParsers.Share(
            "Fast memory for the best placement that it is compared with; auto: what it has there, and what is free. Under terrace run "
                + "its share, unless given.");
        Option<bool> noMeasure = new("--no-measure") { Description = "Do not look where pages are; report only throughput and latency." };
        Option<string?> pagesTo = new("--pages-to")
        {
            Description = "At the end, write each page's address, node, accesses and heat to this file, as CSV.",
            HelpName = "FILE",
        };
        UnitOption<string?> advise = OptionParsers.Make<string?>(
            "--advise",
            "Advise the daemon about the hot pages: hot, pin, cold or ignore. Needs --contiguous.",
            "ADVICE",
            null,
            (text, out value, out problem) =>
            {
                value = text;
                problem = text is "hot" or "pin" or "cold" or "ignore" ? null
                    : new Problem($"'{text}' is not one of hot, pin, cold and ignore", "write one of them");
                return problem is null;
            },
            "hot",
            "pin",
            "cold",
            "ignore");
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> json = new("--json") { Description = "Write JSON, one object per line." };
        Command command = new("exercise", Description)
        {
            size, hot, share, scatter, contiguous, phase, zipf, sequential, write, load, hugePages, name, shared, bind, threads,
            remap, seed, duration, every, oracle, noMeasure, pagesTo, advise, tiers, runFolder, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(scatter) && result.GetValue(contiguous))
            {
                result.AddError("--scatter and --contiguous exclude each other");
            }

            if (
                result.GetResult(shared) is not null
                    && (
                        result.GetResult(hugePages) is not null
                            || result.GetResult(name) is not null
                            || result.GetResult(bind) is not null))
            {
                result.AddError(
                    "--shared excludes --huge-pages, --name and --bind: a file's memory depends on its path and on "
                        + "how its file system is mounted");
            }

            if (result.GetResult(advise) is not null && !result.GetValue(contiguous))
            {
                result.AddError("--advise is for a range of hot pages: it needs --contiguous");
            }

            if (result.GetResult(zipf) is not null && result.GetValue(sequential))
            {
                result.AddError("--zipf and --sequential exclude each other");
            }

            // What would do nothing is refused: whoever gives it expects that it does something.
            Refuse(result, zipf, "Zipf's law has no hot set", hot, share);
            Refuse(result, sequential, "no page is hotter than another", hot, share, scatter, contiguous, phase);
            Refuse(result, noMeasure, "nobody looks where pages are", pagesTo, oracle, tiers);
        });
        command.SetAction(parsed => Run(
            console,
            new ExerciseOptions
            {
                SizeBytes = size.In(parsed),
                Pattern = parsed.GetValue(sequential) ? ExercisePattern.Sequential
                    : zipf.In(parsed) is not null ? ExercisePattern.Zipf
                    : ExercisePattern.HotSet,
                HotFraction = hot.In(parsed),
                HotShare = share.In(parsed),
                ZipfExponent = zipf.In(parsed) ?? 0.99,
                Scattered = !parsed.GetValue(contiguous),
                Phase = phase.In(parsed),
                WriteFraction = write.In(parsed),
                Load = load.In(parsed),
                HugePages = hugePages.In(parsed) == "on",
                Name = parsed.GetValue(name),
                SharedFile = parsed.GetValue(shared),
                Bind = bind.In(parsed),
                Threads = threads.In(parsed),
                Remap = remap.In(parsed),
                Seed = (ulong)seed.In(parsed),
                For = duration.In(parsed),
                ReportEvery = every.In(parsed)!.Value,
                Measure = !parsed.GetValue(noMeasure),
                OracleShare = parsed.GetResult(oracle) is null
                    && ShareVariable.Read(Environment.GetEnvironmentVariable) is { } given ? given : oracle.In(parsed),
            },
            tiers.In(parsed),
            parsed.GetValue(json),
            parsed.GetValue(pagesTo),
            advise.In(parsed),
            parsed.GetValue(runFolder)!));
        return command;
    }

    private static void Refuse(CommandResult result, Option with, string because, params Option[] useless)
    {
        if (result.GetResult(with) is not { Implicit: false })
        {
            return;
        }

        foreach (Option option in useless.Where(option => result.GetResult(option) is { Implicit: false }))
        {
            result.AddError($"{option.Name} does nothing with {with.Name}: {because}; leave one of them out");
        }
    }

    private static bool ReadExponent(string text, out double? value, [NotNullWhen(false)] out Problem? problem)
    {
        const NumberStyles Signed = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        bool read = double.TryParse(text, Signed, CultureInfo.InvariantCulture, out double exponent)
            && !double.IsNaN(exponent);
        value = exponent;
        problem = !read ? new Problem($"'{text}' is not a number", "write for example 0.99")
            : exponent is not (> 0 and <= 10) ? new Problem($"'{text}' is out of range", "write more than 0, up to 10")
            : null;
        return problem is null;
    }

    private static int Run(
        CliConsole console, ExerciseOptions options, TierChoice? tiers, bool json, string? pagesTo, string? advice, string runFolder)
    {
        using StopSignals signals = new();
        using LinuxMachine? machine = options.Measure || options.Bind is not null ? MachineAccess.Open(tiers) : null;
        if (options.Bind is { } bound && NodeChoice.ProblemOf(machine!.Topology.Nodes, bound) is { } problem)
        {
            throw new CommandFailure(ExitCode.Usage, problem.At("--bind"));
        }

        if (options.SharedFile is null && AvailableMemory.ProblemOf(FileTree.OfHost, options.SizeBytes, options.Bind) is { } shortage)
        {
            throw new CommandFailure(ExitCode.Unavailable, shortage);
        }

        MachineFastNodes? nodes = options.Measure ? new MachineFastNodes(machine!) : null;
        using ExerciseRun run = nodes is null
            ? new ExerciseRun(options)
            : new ExerciseRun(
                options, nodes, touched => (IPageLocator?)PagemapLocator.TryOpen(machine!, touched) ?? new MovePagesLocator(nodes));
        // Opened first: a path that cannot be written must not cost a run.
        using OutputFile? pages = pagesTo is null ? null : OutputFile.Check("--pages-to", pagesTo, OutputContent.Pages);
        ExerciseStart start = new()
        {
            Pid = Environment.ProcessId,
            SizeBytes = options.SizeBytes,
            Pages = options.Pages,
            Workload = Describe(options),
            Arena = run.Arena.ToString("x", CultureInfo.InvariantCulture),
        };
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(start, ExerciseJson.Default.ExerciseStart));
        }
        else
        {
            console.Text.WriteText($"pid {start.Pid}: {ByteSize.Format(options.SizeBytes)}, {start.Workload}");
        }

        StatusLine status = new(console);
        bool touched = run.Touch(signals.Token, part =>
        {
            if (status.IsDue)
            {
                status.Show("writing to every page once", part);
            }
        });
        status.Clear();
        if (!touched)
        {
            return ExitCode.Ok;
        }

        OwnAdvice? own = advice is null
            ? null
            : new OwnAdvice(runFolder, advice, run.Arena, Math.Max(1, (long)(options.Pages * options.HotFraction)) * Chunk.PageBytes);
        ExerciseReport final = run.Run(
            report =>
            {
                own?.Tell();
                Write(console, report, json);
            },
            signals.Token);
        Write(console, final, json);

        // Once more at the end: a run may be shorter than a report.
        own?.Tell();
        pages?.Write(stream =>
        {
            using StreamWriter text = new(stream, leaveOpen: true);
            run.WritePages(text);
        });

        own?.ThrowUnlessTaken();
        return ExitCode.Ok;
    }

    private static void Write(CliConsole console, ExerciseReport report, bool json)
    {
        if (json)
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, ExerciseJson.Default.ExerciseReport));
            return;
        }

        string when = report.Event == "final" ? "whole run" : $"{report.Seconds,7:0.0} s";
        string served = report.FastShare is null
            ? ""
            : $"  fast memory served {Percent.Of(report.FastShare)} of accesses with {Percent.Of(report.FastPageShare)} of pages; best "
                + $"possible {Percent.Of(report.Oracle)}, reached {Percent.Of(report.OfOracle)} of it{Beyond(report)}";
        console.Text.WriteNextTo(
            [$"{when}  "],
            string.Create(
                CultureInfo.InvariantCulture,
                $"{report.AccessesPerSecond / 1e6:0.00} M/s  ns/access p50 {report.LatencyNs.P50:0} p99 {report.LatencyNs.P99:0} p99.9 "
                    + $"{report.LatencyNs.P999:0}  longest stall {report.LongestStallMs:0.0} ms{served}"));
    }

    /// <summary>
    /// The best possible is of the fast memory that the workload should have; what it has beyond that serves accesses too.
    /// </summary>
    internal static string Beyond(ExerciseReport report)
    {
        const double Noise = 1.005;
        return report.OfOracle > Noise ? ": it had more fast memory than that is counted for" : "";
    }

    private static string Describe(ExerciseOptions options)
    {
        string pattern = options.Pattern switch
        {
            ExercisePattern.Zipf => string.Create(CultureInfo.InvariantCulture, $"Zipf's law with exponent {options.ZipfExponent}"),
            ExercisePattern.Sequential => "one page after the other",
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"{options.HotFraction * 100:0.##} % of the pages ({(options.Scattered ? "scattered" : "contiguous")}) take "
                    + $"{options.HotShare * 100:0.##} % of the accesses"),
        };
        string moving = options.Phase is { } phase && options.Pattern != ExercisePattern.Sequential
            ? $", others every {HumanDuration.Format(phase)}"
            : "";
        return $"{pattern}{moving}, {options.Threads} "
            + $"{(options.Threads == 1 ? "thread" : "threads")}{(options.SharedFile is { } file ? $", in {file}" : "")}";
    }
}
