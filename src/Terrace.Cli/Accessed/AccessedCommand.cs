using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.Accessed;

/// <summary><c>terrace accessed</c>: accessed bits of a process for other programs.</summary>
internal static class AccessedCommand
{
    private const string Description = """
        Stream which pages of a process were accessed

        For programs that place memory themselves. Each scan clears the accessed bits of a process or of a KVM guest's process,
        waits, and writes them, as the kernel modules with /proc/PID/idle_pages do. Moves no page. Needs root.
        docs/accessed-bits.md describes the formats.

        Formats:
          idle-pages  Extents of accessed pages, idle pages and holes, as in /proc/PID/idle_pages (kvm-ept-idle, etmem_scan).
          bitmap      A bit for each page, with a header for each range.

        Examples:
          sudo terrace accessed 1234 --scans 3 --interval 1s | my-daemon
          sudo terrace accessed 1234 --format bitmap --output bits
          sudo terrace accessed $(pidof qemu-system-x86_64) --json
        """;

    /// <summary>How long a clear may make page faults wait; more where memory cannot be cleared in pieces.</summary>
    private static readonly TimeSpan s_maxStall = TimeSpan.FromMilliseconds(100);

    public static Command Create(CliConsole console)
    {
        Argument<string> word = ProcessWords.One();
        UnitOption<AccessedFormat> format = OptionParsers.Make(
            "--format",
            "How to write pages: idle-pages or bitmap.",
            "NAME",
            "idle-pages",
            ConfigurationValues.OneOf(("idle-pages", AccessedFormat.IdlePages), ("bitmap", AccessedFormat.Bitmap)),
            "idle-pages",
            "bitmap");
        UnitOption<int> scans = OptionParsers.Number("--scans", "Number of scans.", 5, 1, int.MaxValue);
        UnitOption<TimeSpan?> interval = OptionParsers.Duration(
            "--interval", "Time between two scans.", "100ms", TimeSpan.FromMilliseconds(1));
        Option<(ulong Start, ulong End)[]> range = RangeOption();
        UnitOption<TrackerChoice> tracker = ManagementOptionSet.TrackerOption();
        Option<string?> output = new("--output", "-o")
        {
            Description = "Write pages to this file, not to standard output.",
            HelpName = "FILE",
        };
        Option<bool> json = new("--json")
        {
            Description = "Write each scan's numbers as a line of JSON; pages go only to --output, if given.",
        };
        Command command = new("accessed", Description) { word, format, scans, interval, range, tracker, output, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetResult(output) is null && result.GetResult(format) is { Implicit: false })
            {
                result.AddError("--format does nothing with --json alone, which writes no pages; give --output FILE too");
            }
        });
        command.SetAction(parsed =>
        {
            int pid = new ProcessWords(new ProcessIdentityReader()).OneOf(parsed.GetValue(word)!);
            bool isJson = parsed.GetValue(json);
            string? path = parsed.GetValue(output);
            AccessedOutput.Refuse(console, path, isJson);
            MachineAccess.RequireRoot("accessed", "reads other processes' page tables, which only root may");
            using StopSignals signals = new();
            using AccessedOutput target = new(console, path, isJson);
            using LinuxMachine machine = MachineAccess.Open();
            using LinuxProcess process = MachineAccess.Attach(machine, pid, tracker.In(parsed));
            process.PlacementRespect = PlacementRespect.None;
            process.Clearer.MaxStall = s_maxStall;
            process.MappingRules = SeenAsTheyAre.Instance;
            AddressSelection selection = new(parsed.GetValue(range) ?? []);
            TimeSpan wait = interval.In(parsed)!.Value;
            StatusLine status = new(console);
            try
            {
                AccessedRun run = new(process, new AccessedPages(selection, target.Open(format.In(parsed))))
                {
                    OnScan = ScanProgress.On(status, scans.In(parsed), wait),
                    OnDone = scan =>
                    {
                        if (scan.Scan == 1 && process.HidesGuest)
                        {
                            console.Error.WriteLine(
                                $"terrace: note: what the guest of process {pid} accesses cannot be seen here — terrace doctor says "
                                    + "what this needs; or use --tracker idle-bitmap");
                        }

                        if (isJson)
                        {
                            console.Out.WriteLine(JsonSerializer.Serialize(scan, AccessedJson.Default.AccessedScan));
                        }
                    },
                    IsNobodyReading = target.UsesStandardOutput ? () => console.IsNobodyReading(TimeSpan.Zero) : null,
                };
                run.Run(scans.In(parsed), wait, signals.Token);
            }
            catch (IOException problem) when (problem is not StandardStreamFailure)
            {
                throw target.FailureOf(problem);
            }
            finally
            {
                status.Clear();
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<(ulong Start, ulong End)[]> RangeOption() => new("--range")
    {
        Description = "Report only pages in this range of addresses, in hexadecimal; can be repeated. By default all managed pages.",
        HelpName = "START-END",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            List<(ulong Start, ulong End)> ranges = [];
            foreach (string text in result.Tokens.Select(token => token.Value))
            {
                if (!ConfigurationValues.AddressRange(text, out (ulong Start, ulong End) one, out Problem? problem))
                {
                    result.AddError($"--range: {problem.AsClause}");
                    return [];
                }

                ranges.Add(one);
            }

            return [.. ranges];
        },
    };
}
