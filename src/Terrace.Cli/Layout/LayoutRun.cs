using System.CommandLine;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout;

/// <summary>One command below <c>terrace layout</c>, from its target to its exit code.</summary>
internal sealed class LayoutRun(CliConsole console, LayoutOptionSet options, ParseResult parsed)
{
    /// <summary>
    /// Changes the layout to what <paramref name="layout"/> makes of the memory that there is; <paramref name="command"/> is what
    /// people will read of it later.
    /// </summary>
    public int Change(Func<LayoutBounds, MemoryLayout> layout, Func<MemoryLayout, string> command) => Open((session, bounds) =>
    {
        MemoryLayout to = layout(bounds);
        return session.Change(to, command(to));
    });

    /// <summary>Does something else with it.</summary>
    public int Do(Func<LayoutSession, LayoutReport> work) => Open((session, _) => work(session));

    /// <summary>Refuses nodes that cannot have memory.</summary>
    /// <exception cref="CommandFailure">One cannot.</exception>
    public static void RequireNodes(string option, IReadOnlyList<int> nodes, LayoutBounds bounds)
    {
        if (nodes.Select(bounds.ProblemOf).FirstOrDefault(found => found is not null) is { } problem)
        {
            throw new CommandFailure(ExitCode.Usage, problem.At(option));
        }
    }

    /// <summary>Reads a layout file; says all that is wrong with it.</summary>
    /// <exception cref="CommandFailure">It cannot be used.</exception>
    public static MemoryLayout ReadFile(CliConsole console, string path, LayoutBounds bounds)
    {
        MemoryLayout? layout = LayoutFile.Load(path, bounds, out IReadOnlyList<ConfigurationProblem> problems);
        if (problems.Count == 1)
        {
            throw new CommandFailure(ExitCode.BadConfiguration, problems[0].Placed);
        }

        foreach (ConfigurationProblem problem in problems)
        {
            console.Error.WriteLine(Printable.Of(problem.ToString()));
        }

        return layout
            ?? throw new CommandFailure(
                ExitCode.BadConfiguration,
                $"'{path}' cannot be used: {problems.Count} problems",
                "fix what the lines above name; nothing was changed");
    }

    private int Open(Func<LayoutSession, LayoutBounds, LayoutReport> work)
    {
        MachineAccess.RequireRoot("layout", "maps other processes' memory and moves its pages, which only root may");
        string target = parsed.GetValue(options.Target)!;
        using StopSignals signals = new();
        LayoutOptions change = options.In(parsed);
        using LinuxMachine machine = MachineAccess.Open(change.Tiers);
        using LayoutMemory memory = OpenMemory(target);
        LayoutBounds bounds = LayoutBounds.Of(memory, machine);
        LayoutSession session = new(
            memory, machine, new LayoutStore(), change, new LayoutProgress(console, bounds.End), signals.Token);
        LayoutReport report = work(session, bounds);
        if (options.Json(parsed))
        {
            console.Out.WriteLine(JsonSerializer.Serialize(report, LayoutReportJson.Default.LayoutReport));
        }
        else
        {
            LayoutText.Write(console.Text, report);
        }

        return Conclude(console, report, target);
    }

    /// <summary>Says what is to be said of a change in addition to its report; the exit code of one that is in force.</summary>
    /// <exception cref="CommandFailure">It is not, or not wholly.</exception>
    public static int Conclude(CliConsole console, LayoutReport report, string target)
    {
        if (
            !report.NewPagesFollow
                && report.Outcome is LayoutOutcome.Done or LayoutOutcome.Incomplete or LayoutOutcome.Prepared or LayoutOutcome.DryRun)
        {
            console.Error.WriteLine(
                "terrace: note: this memory is private to its process, or on hugetlbfs: pages that are not allocated yet will be "
                    + "where the process's own policy says; for the layout to hold for them start QEMU with memory-backend-memfd, or "
                    + "memory-backend-file,share=on on tmpfs");
        }

        return FailureOf(report, target) is { } failure ? throw failure : ExitCode.Ok;
    }

    /// <summary>Opens what was named.</summary>
    /// <exception cref="CommandFailure">It is not there, or is not memory that can be laid out.</exception>
    public static LayoutMemory OpenMemory(string target)
    {
        if (string.IsNullOrWhiteSpace(target) || target.Contains('\0', StringComparison.Ordinal))
        {
            throw new CommandFailure(
                ExitCode.Usage, $"'{target.Trim()}' names no memory", "name a file, such as /dev/shm/guest, or the number of a process");
        }

        bool isNumber = target.All(char.IsAsciiDigit);
        if (!PidReader.TryRead(target, out int pid) && isNumber)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"{target} is out of range; numbers of processes are 1 to {int.MaxValue}",
                $"give the number that ps or pidof shows, or ./{target} for a file of that name");
        }

        LayoutMemory? memory = isNumber
            ? LayoutMemory.TryOpenGuest(pid, out LayoutRefusal? refusal)
            : LayoutMemory.TryOpenFile(target, out refusal);
        return memory ?? throw new CommandFailure(
            refusal!.Reason switch
            {
                LayoutRefusalReason.NotPermitted => ExitCode.NotPermitted,
                LayoutRefusalReason.NotMemory => ExitCode.Usage,
                LayoutRefusalReason.NotSuitable => ExitCode.Unavailable,
                _ => ExitCode.NoSuchProcess,
            },
            refusal.Problem);
    }

    private static CommandFailure? FailureOf(LayoutReport report, string target)
    {
        string full = report.FullNode is { } node ? $"node {node} has no room for more pages" : "";
        string at = report.Point is { } point ? PageText.Format(point) : "its start";
        return report.Outcome switch
        {
            LayoutOutcome.Incomplete => new CommandFailure(
                ExitCode.Incomplete,
                $"{ByteSize.Format(report.ElsewherePages * Chunk.PageBytes)} of pages would not move: they are pinned, in use by the "
                    + $"kernel, or part of a huge page that the layout divides",
                "the same command tries again; huge pages need blocks of 2MiB"),
            LayoutOutcome.RolledBack when report.FullNode is not null => new CommandFailure(
                ExitCode.Incomplete,
                $"{full}: what was done has been taken back",
                "make room there, see terrace topology, or use --on-full stop"),
            LayoutOutcome.Full when report.Phase == LayoutPhase.Back => new CommandFailure(
                ExitCode.Incomplete,
                $"{full}, so not all pages could be moved back",
                $"make room there, and terrace layout abort {target} continues"),
            LayoutOutcome.Full => new CommandFailure(
                ExitCode.Incomplete,
                $"{full}: stopped at {at}",
                $"make room there and run the same command again, or terrace layout abort {target}"),
            LayoutOutcome.Interrupted when report.Phase == LayoutPhase.Back => new CommandFailure(
                ExitCode.Interrupted, $"stopped at {at} while it was taken back", $"terrace layout abort {target} continues"),
            LayoutOutcome.Interrupted => new CommandFailure(
                ExitCode.Interrupted,
                $"stopped at {at}",
                $"the same command continues; terrace layout abort {target} takes back what was done"),
            LayoutOutcome.Gone => new CommandFailure(
                ExitCode.NoSuchProcess, report.What ?? "the memory is gone", "what was known of its layout is forgotten"),
            _ => null,
        };
    }
}
