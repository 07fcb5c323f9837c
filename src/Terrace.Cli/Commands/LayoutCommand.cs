using System.CommandLine;
using Terrace.Cli.Layouts;
using Terrace.Cli.Output;
using Terrace.Core.Layout;
using Terrace.Host.Failures;

namespace Terrace.Cli.Commands;

/// <summary><c>terrace layout</c>: which node each page of some memory is on, changed while it is in use.</summary>
internal static class LayoutCommand
{
    private const string Description = """
        Shows and changes on which node each page of some memory lies, in place and while it is in use: a file of shared memory (tmpfs, a memfd), or the memory of a QEMU
        guest, named by its process. Pages in memory move at once; pages that come to be later come to be where the layout says.

        Examples:
          sudo terrace layout show /dev/shm/guest
          sudo terrace layout stripe /dev/shm/guest --nodes 0,1,2 --block 1MiB
          sudo terrace layout push $(pidof qemu-system-x86_64) --node 1
          sudo terrace layout set /dev/shm/guest 0..64MiB=0 64MiB..end=2
          sudo terrace layout plan $(pidof qemu-system-x86_64) --fast 30% --output layout.yaml
          sudo terrace layout apply /dev/shm/guest layout.yaml --prepare
          sudo terrace layout commit /dev/shm/guest
          sudo terrace layout follow                       in a guest: where does its host keep it?
          terrace layout simulate                          what if the kernel could do it itself?
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
        Command command = new("show", "Shows the layout and looks where every page is. A page that is not in memory has no node.");
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Show()));
        return command;
    }

    private static Command Stripe(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: true);
        UnitOption<IReadOnlyList<int>?> nodes = OptionParsers.Make<IReadOnlyList<int>?>("--nodes", "The nodes, in the order of the blocks; all that have memory without it.", "LIST", null, (string text, out IReadOnlyList<int>? value, out string problem) =>
        {
            bool read = NodeText.TryParseList(text, out IReadOnlyList<int> list, out problem);
            value = list;
            return read;
        });
        UnitOption<ulong> block = OptionParsers.Make<ulong>("--block", "Size of a block: 1MiB, 256 pages, …", "SIZE", "2MiB", ReadBlock);
        Command command = new("stripe", "Puts the memory on several nodes in turn, block by block.") { nodes, block };
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Change(
            bounds =>
            {
                IReadOnlyList<int> over = nodes.In(parsed) ?? [.. bounds.Nodes.Where(node => node.CapacityBytes > 0).Select(node => node.Id)];
                ulong pages = block.In(parsed);
                LayoutRun.RequireNodes("--nodes", over, bounds);
                return bounds.Memory.Sum(span => ((double)span.Pages / pages) + 1) > MemoryLayout.MaxRanges
                    ? throw new CommandFailure(ExitCode.Usage, $"--block: {PageText.Format(pages)} gives more than {MemoryLayout.MaxRanges} blocks", "choose larger ones")
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
        Command command = new("push", "Puts all of the memory on one node.") { node };
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
        Argument<string[]> ranges = new("FROM..TO=NODE") { Description = "Puts this range on this node; places as 64MiB, 256 pages or 0x4000000, or end. Several may be given.", Arity = ArgumentArity.OneOrMore };
        Command command = new("set", "Puts ranges of the memory on nodes; the rest stays as it is.");
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
        Argument<string> file = new("LAYOUT") { Description = "The layout file; docs/layout.md says how to write one." };
        Command command = new("apply", "Puts the memory where a layout file says; what the file does not name stays as it is.");
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
        Command command = new("commit", "Carries out a change that was prepared, or goes on with one that was begun and not finished.");
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Commit()));
        return command;
    }

    private static Command Abort(CliConsole console)
    {
        LayoutOptionSet options = new(changes: true, begins: false);
        Command command = new("abort", "Gives up a change that was prepared, or takes back one that was begun: pages and policies are brought back to where they were.");
        options.AddTo(command);
        command.SetAction(parsed => new LayoutRun(console, options, parsed).Do(session => session.Abort()));
        return command;
    }

    /// <summary>Reads the size of a block, in pages.</summary>
    public static bool ReadBlock(string text, out ulong value, out string problem)
    {
        if (PageText.TryParse(text, out value, out problem) && value == 0)
        {
            problem = "blocks need at least one page; write for example 1MiB";
        }

        return problem.Length == 0;
    }
}
