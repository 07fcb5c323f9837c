using System.CommandLine;
using System.CommandLine.Help;
using Terrace.Cli.Completion;
using Terrace.Cli.Output;
using Terrace.Host.Failures;

namespace Terrace.Cli.Commands;

/// <summary>The whole command line.</summary>
internal static class CommandLine
{
    private const string Description = """
        Keeps hot pages in fast memory and cold pages in slow memory, at the ratio you set.

        Examples:
          terrace topology                                    what memory this machine has
          sudo terrace doctor                                 what works here, what does not, and how to mend it
          sudo terrace scan $(pidof redis-server)             what of a process is hot, and where it lies
          sudo terrace run --fast 40% -- ./server --port 80   run a command with 40 % of its pages in fast memory
          sudo terrace manage --pid 1234 --fast 2G            manage a process that runs already
          sudo terrace tiers online dax0.0                    make slow memory of a device
          sudo terrace layout push /dev/shm/guest --node 1    change where shared memory lies, in place
          terrace simulate --heatmap heat.svg                 watch it work on a simulated machine

        Exit codes: 0 done, 2 bad usage, 66 no such process, 69 this machine or kernel lacks what is needed,
        70 a fault in terrace itself, 73 a file cannot be written, 75 a layout is not wholly in force,
        77 not permitted, 78 bad configuration or layout file; run passes on its command's own.
        """;

    /// <summary>The tree of commands.</summary>
    public static RootCommand Create(CliConsole console)
    {
        RootCommand root = new(Description);
        root.Subcommands.Add(TopologyCommand.Create(console));
        root.Subcommands.Add(ScanCommand.Create(console));
        root.Subcommands.Add(RunCommand.Create(console));
        root.Subcommands.Add(ManageCommand.Create(console));
        root.Subcommands.Add(KernelCommand.Create(console));
        root.Subcommands.Add(DoctorCommand.Create(console));
        root.Subcommands.Add(SimulateCommand.Create(console));
        root.Subcommands.Add(DaemonCommand.Create(console));
        root.Subcommands.Add(StatusCommand.Create(console));
        root.Subcommands.Add(TargetsCommand.Create(console));
        root.Subcommands.Add(SetCommand.Create(console));
        root.Subcommands.Add(PauseCommand.CreatePause(console));
        root.Subcommands.Add(PauseCommand.CreateResume(console));
        root.Subcommands.Add(ExplainCommand.Create(console));
        root.Subcommands.Add(EventsCommand.Create(console));
        root.Subcommands.Add(ReloadCommand.Create(console));
        root.Subcommands.Add(ConfigCommand.Create(console));
        root.Subcommands.Add(ExerciseCommand.Create(console));
        root.Subcommands.Add(TiersCommand.Create(console));
        root.Subcommands.Add(LayoutCommand.Create(console));
        root.Subcommands.Add(CompletionCommand.Create(console));
        root.Subcommands.Add(ManCommand.Create(console));

        // The library's own takes what is being typed for an option of its own (--help); SuggestionRequest stands in for it.
        root.Directives.Clear();
        return root;
    }

    /// <summary>Runs one command line and returns its exit code (<see cref="ExitCode"/>).</summary>
    public static int Run(string[] args, CliConsole console)
    {
        RootCommand root = Create(console);
        if (SuggestionRequest.TryRead(args) is { } request)
        {
            foreach (string suggestion in Suggestions.For(root, request))
            {
                console.Out.WriteLine(suggestion);
            }

            return ExitCode.Ok;
        }

        ParseResult result = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        InvocationConfiguration streams = new() { Output = console.Out, Error = console.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            if (args.Length == 0)
            {
                root.Parse(["--help"]).Invoke(streams);
                return ExitCode.Ok;
            }

            if (result.Errors.Count > 0 && result.Action is not HelpAction)
            {
                console.Error.WriteLine($"terrace: {ProblemOf(result)} — {Mend(result)}");
                return ExitCode.Usage;
            }

            return result.Invoke(streams);
        }
        catch (CommandFailure failure)
        {
            console.Error.WriteLine(failure.ToString());
            return failure.ExitCode;
        }
        catch (Exception fault)
        {
            console.Error.WriteLine($"terrace: a fault in terrace itself: {OneLine(fault.Message)} — please report it with this trace");
            console.Error.WriteLine(fault.ToString());
            return ExitCode.Internal;
        }
    }

    // A word that nothing knows explains more than what is missing because of it.
    private static string ProblemOf(ParseResult result) => result.UnmatchedTokens.Count > 0
        ? $"'{OneLine(result.UnmatchedTokens[0])}' is not known{(result.CommandResult.Command is RootCommand ? "" : $" to {result.CommandResult.Command.Name}")}"
        : OneLine(result.Errors[0].Message);

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim().TrimEnd('.');

    private static string Mend(ParseResult result) => result.CommandResult.Command is RootCommand
        ? "see terrace --help"
        : $"see {Path(result.CommandResult.Command)} --help";

    private static string Path(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
        ? $"{Path(parent)} {command.Name}"
        : $"terrace {command.Name}";
}
