using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Simulation.Frames;

namespace Terrace.Cli.Layout.Trial;

/// <summary>
/// <c>terrace layout simulate</c>: a kernel whose page-to-node layout changes in place, tried on a simulated page allocator.
/// </summary>
internal static class LayoutSimulateCommand
{
    private const ulong MostPages = 1 << 22;

    private const string Description = """
        Try changing node ranges in place, on a simulated kernel

        What if the kernel itself could change which node a page frame belongs to? Tries a layout on a simulated page allocator
        that can, with memory in use, and compares the cost there with memory hotplug and with copying. Needs neither root nor
        several nodes. Without options it is the example of the RFC "DNUMA".

        Examples:
          terrace layout simulate
          terrace layout simulate --size 4GiB --block 128MiB --in-use 90%
          terrace layout simulate --boot-nodes 0 --nodes 1 --json   # all to an empty node
        """;

    public static Command Create(CliConsole console)
    {
        UnitOption<ulong> size = OptionParsers.Make<ulong>("--size", "Memory of the machine, up to 16GiB.", "SIZE", "128MiB", ReadSize);
        UnitOption<IReadOnlyList<int>?> boot = Nodes(
            "--boot-nodes", "Nodes that it boots with; each gets an equal part of the memory.", "0,1");
        UnitOption<IReadOnlyList<int>?> nodes = Nodes("--nodes", "Nodes to stripe the memory over.", "0,1,2");
        UnitOption<ulong> block = OptionParsers.Make<ulong>(
            "--block", "Size of a block: 1MiB or 256 pages, for example.", "SIZE", "256 pages", LayoutCommand.ReadBlock);
        UnitOption<double> inUse = OptionParsers.Fraction(
            "--in-use", "Part of the memory that is in use, scattered.", "60%", new PercentageRange());
        UnitOption<int> seed = OptionParsers.Number("--seed", "Seed that decides which part.", 1, 0, int.MaxValue);
        Option<bool> json = new("--json") { Description = "Write JSON." };
        Command command = new("simulate", Description) { size, boot, nodes, block, inUse, seed, json };
        command.SetAction(parsed =>
        {
            ulong pages = size.In(parsed);
            IReadOnlyList<int> from = boot.In(parsed)!;
            PageSpan[] all = [new(0, pages)];
            MemoryLayout before = MemoryLayout.Stripe(all, (pages + (ulong)from.Count - 1) / (ulong)from.Count, from);
            LayoutTrial trial = LayoutTrial.Run(
                before,
                MemoryLayout.Stripe(all, block.In(parsed), nodes.In(parsed)!),
                inUse.In(parsed),
                (ulong)seed.In(parsed),
                TimeProvider.System);
            LayoutTrialReport report = LayoutTrialReport.Of(trial, seed.In(parsed));
            if (parsed.GetValue(json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, LayoutTrialJson.Default.LayoutTrialReport));
            }
            else
            {
                LayoutTrialText.Write(console.Text, report);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static UnitOption<IReadOnlyList<int>?> Nodes(string name, string description, string fallback) =>
        OptionParsers.Make<IReadOnlyList<int>?>(name, description, "LIST", fallback, (text, out value, out problem) =>
        {
            problem = !NodeText.TryParseList(text, out IReadOnlyList<int> list, out _)
                ? new Problem($"'{text}' is not a list of nodes", $"write for example {fallback}")
                : list.Any(node => node >= FrameAllocator.MaxNodes) ? new Problem(
                    $"'{text}' names a node beyond {FrameAllocator.MaxNodes - 1}, the last that is simulated",
                    $"write for example {fallback}")
                : null;
            value = list;
            return problem is null;
        });

    private static bool ReadSize(string text, out ulong value, [NotNullWhen(false)] out Problem? problem)
    {
        string range = $"write {PageText.Format(1)} to {PageText.Format(MostPages)}";
        bool read = PageText.TryParse(text, out value, out problem);
        if (read && value is 0 or > MostPages)
        {
            problem = new Problem($"'{text}' is out of range", range);
        }
        else if (!read && problem!.What.EndsWith("is out of range", StringComparison.Ordinal))
        {
            problem = problem with { Fix = range };
        }

        return problem is null;
    }
}
