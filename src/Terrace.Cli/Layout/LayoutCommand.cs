using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Layout.Follow;
using Terrace.Cli.Layout.Plan;
using Terrace.Cli.Layout.Trial;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Layout;

/// <summary><c>terrace layout</c>: which node each page of some memory is on, changed while it is in use.</summary>
internal static class LayoutCommand
{
    private const string Description = """
        Move memory between nodes while it is in use

        Shows and changes the node that each page of some memory lies on: a file of shared memory (tmpfs, a memfd), or the memory
        of a QEMU guest, named by its process. Pages in memory move at once; later ones are allocated where the layout says.

        Examples:
          sudo terrace layout show /dev/shm/guest
          sudo terrace layout stripe /dev/shm/guest --nodes 0,1,2 --block 1MiB
          sudo terrace layout push $(pidof qemu-system-x86_64) --node 1
          sudo terrace layout plan $(pidof qemu-system-x86_64) --fast 30% --output layout.yaml
          sudo terrace layout apply /dev/shm/guest layout.yaml --prepare
          sudo terrace layout commit /dev/shm/guest
        """;

    public static Command Create(CliConsole console)
    {
        Command command = new("layout", Description);
        command.Subcommands.Add(Show(console));
        command.Subcommands.Add(Stripe(console));
        command.Subcommands.Add(Push(console));
        command.Subcommands.Add(Set(console));
        command.Subcommands.Add(Apply(console));
        command.Subcommands.Add(LayoutPlanCommand.Create(console));
        command.Subcommands.Add(Commit(console));
        command.Subcommands.Add(Abort(console));
        command.Subcommands.Add(LayoutFollowCommand.Create(console));
        command.Subcommands.Add(LayoutSimulateCommand.Create(console));
        return command;
    }

    private static Command Show(CliConsole console)
    {
        LayoutOptionSet options = new(changes: false, begins: false);
        Command command = new("show", """
            Show the layout, and where every page is

            A page that is not in memory has no node. Needs root.

            Examples:
              sudo terrace layout show /dev/shm/guest
              sudo terrace layout show $(pidof qemu-system-x86_64) --json
            """);
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Show()));
        return command;
    }

    private static Command Stripe(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: true);
        UnitOption<IReadOnlyList<int>?> nodes = OptionParsers.Make<IReadOnlyList<int>?>(
            "--nodes",
            "The nodes, in the order of the blocks. By default all that have memory.",
            "LIST",
            null,
            (text, out value, out problem) =>
            {
                bool read = NodeText.TryParseList(text, out IReadOnlyList<int> list, out problem);
                value = list;
                return read;
            });
        UnitOption<ulong> block = OptionParsers.Make<ulong>(
            "--block", "Size of a block: 1MiB or 256 pages, for example.", "SIZE", "2MiB", ReadBlock);
        Command command = new("stripe", """
            Put the memory on several nodes in turn, block by block

            Examples:
              sudo terrace layout stripe /dev/shm/guest --nodes 0,1,2 --block 1MiB
              sudo terrace layout stripe /dev/shm/guest --dry-run
            """) { nodes, block };
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Change(
            bounds =>
            {
                IReadOnlyList<int> over = nodes.In(parsed)
                    ?? [.. bounds.Nodes.Where(node => node.CapacityBytes > 0).Select(node => node.Id)];
                ulong pages = block.In(parsed);
                LayoutRun.RequireNodes("--nodes", over, bounds);
                return bounds.Memory.Sum(span => ((double)span.Pages / pages) + 1) > MemoryLayout.MaxRanges
                    ? throw new CommandFailure(
                        ExitCode.Usage,
                        $"--block: {PageText.Format(pages)} gives more than {MemoryLayout.MaxRanges} blocks",
                        "choose larger ones")
                    : MemoryLayout.Stripe(bounds.Memory, pages, over);
            },
            layout => $"stripe --block {PageText.Format(block.In(parsed))} over {layout.Ranges.Length} blocks"));
        return command;
    }

    private static Command Push(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: true);
        UnitOption<int> node = OptionParsers.Make<int>("--node", "The node.", "NODE", null, NodeText.TryParse);
        node.Required = true;
        Command command = new("push", """
            Put all of the memory on one node

            Examples:
              sudo terrace layout push /dev/shm/guest --node 1
              sudo terrace layout push $(pidof qemu-system-x86_64) --node 1 --rate-limit 1G
            """) { node };
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Change(
            bounds =>
            {
                LayoutRun.RequireNodes("--node", [node.In(parsed)], bounds);
                return MemoryLayout.Push(bounds.Memory, node.In(parsed));
            },
            _ => $"push --node {node.In(parsed)}"));
        return command;
    }

    private static Command Set(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: true);
        Argument<string[]> ranges = new("FROM..TO=NODE")
        {
            Description = "Put this range on this node. Offsets are written as 64MiB, 256 pages, 0x4000000 or end.",
            HelpName = "FROM..TO=NODE",
            Arity = ArgumentArity.OneOrMore,
        };
        Command command = new("set", """
            Put ranges of the memory on nodes

            What no range covers stays as it is.

            Examples:
              sudo terrace layout set /dev/shm/guest 0..64MiB=0 64MiB..end=2
              sudo terrace layout set /dev/shm/guest 0x4000000..end=1 --dry-run
            """);
        options.AddTo(command);
        command.Arguments.Add(ranges);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Change(
            bounds => RangeText.Read(parsed.GetValue(ranges)!, bounds),
            _ => $"set {string.Join(' ', parsed.GetValue(ranges)!)}"));
        return command;
    }

    private static Command Apply(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: true);
        Argument<string> file = new("LAYOUT") { Description = "The layout file.", HelpName = "LAYOUT" };
        Command command = new("apply", """
            Put the memory where a layout file says

            What the file does not name stays as it is. docs/layout.md says how to write one; terrace layout plan proposes one.

            Examples:
              sudo terrace layout apply /dev/shm/guest layout.yaml
              sudo terrace layout apply /dev/shm/guest layout.yaml --prepare
            """);
        options.AddTo(command);
        command.Arguments.Add(file);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Change(
            bounds => LayoutRun.ReadFile(console, parsed.GetValue(file)!, bounds),
            _ => $"apply {parsed.GetValue(file)}"));
        return command;
    }

    private static Command Commit(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: false);
        Command command = new("commit", """
            Carry out a prepared change, or finish an interrupted one

            Example:
              sudo terrace layout commit /dev/shm/guest
            """);
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Commit()));
        return command;
    }

    private static Command Abort(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: false);
        Command command = new("abort", """
            Give up a prepared change, or undo an interrupted one

            Undoing brings pages and policies back to where they were.

            Example:
              sudo terrace layout abort /dev/shm/guest
            """);
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Abort()));
        return command;
    }

    /// <summary>Reads the size of a block, in pages.</summary>
    public static bool ReadBlock(string text, out ulong value, [NotNullWhen(false)] out Problem? problem)
    {
        if (PageText.TryParse(text, out value, out problem) && value == 0)
        {
            problem = new Problem("blocks need at least one page", "write for example 1MiB");
        }

        return problem is null;
    }
}
