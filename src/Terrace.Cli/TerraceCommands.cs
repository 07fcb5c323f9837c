using System.CommandLine;
using Terrace.Cli.Accessed;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Completion;
using Terrace.Cli.Config;
using Terrace.Cli.Control;
using Terrace.Cli.Doctor;
using Terrace.Cli.Exercise;
using Terrace.Cli.Help;
using Terrace.Cli.Kernel;
using Terrace.Cli.Layout;
using Terrace.Cli.Manual;
using Terrace.Cli.Run;
using Terrace.Cli.Scan;
using Terrace.Cli.Simulate;
using Terrace.Cli.Terminal;
using Terrace.Cli.Tiers;
using Terrace.Cli.Topologies;
using Terrace.Host.Failures;

namespace Terrace.Cli;

/// <summary>The whole command line.</summary>
internal static class TerraceCommands
{
    private const string Description = """
        Keep hot pages in fast memory and cold pages in slow memory.

        Examples:
          terrace topology                                    # which memory this machine has
          sudo terrace doctor                                 # what works here, and how to fix what does not
          sudo terrace scan redis-server                      # what is hot in a process, and where it lies
          sudo terrace run -- ./server --port 80              # run a command: it has what fast memory can spare
          sudo terrace manage redis-server --fast 2G          # 2 GiB of a process that is already running, and no more
          sudo terrace tiers online dax0.0                    # turn a device into slow memory
          sudo terrace layout push /dev/shm/guest --node 1    # move shared memory to another node, in place
          terrace simulate --heatmap heat.svg                 # watch it work on a simulated machine

        Exit codes:
          0    done
          2    bad usage
          66   no such process
          69   this machine or kernel lacks what is needed
          70   a fault in terrace itself
          73   a file cannot be written
          75   a layout is not completely in force
          77   not permitted
          78   bad configuration or layout file
          126  terrace run: the command cannot be executed
          127  terrace run: there is no such command
          130  interrupted
          141  nobody reads the output any more

        terrace run passes on the exit code of its command.
        """;

    /// <summary>The tree of commands.</summary>
    public static RootCommand Create(CliConsole console)
    {
        HelpPrinter help = new(console);
        GroupedRootCommand root = new(
            Description,
            [
                new("See", [
                    TopologyCommand.Create(console), DoctorCommand.Create(console), ScanCommand.Create(console),
                    AccessedCommand.Create(console),
                ]),
                new("Run", [RunCommand.Create(console), ManageCommand.Create(console)]),
                new("Daemon", [
                    DaemonCommand.Create(console), ConfigCommand.Create(console), ReloadCommand.Create(console),
                    StatusCommand.Create(console), TargetsCommand.Create(console), SetCommand.Create(console),
                    PauseCommand.CreatePause(console), PauseCommand.CreateResume(console),
                    ExplainCommand.Create(console), EventsCommand.Create(console),
                ]),
                new("Memory", [TiersCommand.Create(console), LayoutCommand.Create(console), KernelCommand.Create(console)]),
                new("Try", [SimulateCommand.Create(console), ExerciseCommand.Create(console)]),
                new("Shell", [CompletionCommand.Create(console), ManCommand.Create(console), HelpCommand.Create(help)]),
            ],
            help,
            new VersionPrinter(console));

        // The library's own takes what is being typed for an option of its own (--help); SuggestionRequest stands in for it.
        root.Directives.Clear();
        OptionForm.TakeNoValues(root);
        return root;
    }

    /// <summary>Runs one command line and returns its exit code (<see cref="ExitCode"/>).</summary>
    public static int Run(string[] args, CliConsole console)
    {
        try
        {
            return RunReporting(args, console);
        }
        catch (StandardStreamFailure failure)
        {
            return WriteOf(console, failure);
        }
    }

    private static int WriteOf(CliConsole console, StandardStreamFailure failure)
    {
        if (failure.IsNobodyReads)
        {
            return ExitCode.NobodyReads;
        }

        console.Error.WriteLine($"terrace: {failure.Message} — {failure.Fix}");
        return ExitCode.CannotWrite;
    }

    private static int RunReporting(string[] args, CliConsole console)
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
        InvocationConfiguration streams = new()
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (args.Length == 0)
            {
                root.Parse(["--help"]).Invoke(streams);
                return ExitCode.Ok;
            }

            if (OptionForm.EmptyCommand(result, args) is { } empty)
            {
                console.Error.WriteLine($"terrace: {empty} — {Fix(result)}");
                return ExitCode.Usage;
            }

            if (result.Action is not HelpPrinter
                && (OptionForValue.ProblemOf(result, args) ?? OptionForm.ProblemOf(result, args)) is { } misplaced)
            {
                console.Error.WriteLine($"terrace: {OneLine(misplaced)} — {Fix(result)}");
                return ExitCode.Usage;
            }

            bool unknownCommand = result.UnmatchedTokens.Count > 0 && result.CommandResult.Command.Subcommands.Count > 0;
            if (unknownCommand || (result.Errors.Count > 0 && result.Action is not HelpPrinter))
            {
                console.Error.WriteLine($"terrace: {ProblemOf(result)} — {Fix(result)}");
                return ExitCode.Usage;
            }

            return result.Invoke(streams);
        }
        catch (CommandFailure failure) when (failure.ExitCode == ExitCode.NobodyReads)
        {
            return failure.ExitCode;
        }
        catch (CommandFailure failure)
        {
            console.Error.WriteLine(failure.ToString());
            return failure.ExitCode;
        }
        catch (Exception fault) when (fault is not StandardStreamFailure)
        {
            console.Error.WriteLine($"terrace: a fault in terrace itself: {OneLine(fault.Message)} — please report it with this trace");
            console.Error.WriteLine(fault.ToString());
            return ExitCode.Internal;
        }
    }

    // A word that nothing knows explains more than what is missing because of it.
    private static string ProblemOf(ParseResult result) => result.UnmatchedTokens.Count > 0
        ? UnknownName.Describe(OneLine(result.UnmatchedTokens[0]), result.CommandResult.Command)
        : OneLine(MissingWord.Describe(result.Errors[0], result.CommandResult.Command));

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim().TrimEnd('.');

    private static string Fix(ParseResult result) => $"see {SymbolText.PathOf(result.CommandResult.Command)} --help";
}
