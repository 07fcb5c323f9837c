using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Host.Guests;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Cli.Control;

/// <summary><c>terrace daemon</c>: manages a host by its configuration.</summary>
internal static class DaemonCommand
{
    private const string Description = """
        Manage a whole host by the rules of a configuration

        Manages the processes that the rules match, as they come and go, until SIGTERM or Ctrl-C. SIGHUP makes it read the
        configuration again; a bad one changes nothing. The commands status, targets, set, pause, resume, explain, events and
        reload talk to it. Needs root.

        Examples:
          sudo terrace daemon
          sudo terrace daemon --config ./terrace.yaml --run-folder /run/terrace-trial --verbose
        """;

    public static Command Create(CliConsole console)
    {
        Option<string> configuration = new("--config", "-c")
        {
            Description = "The configuration file.",
            HelpName = "FILE",
            DefaultValueFactory = _ => ConfigurationFile.StandardPath,
        };
        Option<string> runFolder = new("--run-folder")
        {
            Description = "Folder of the control socket.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DaemonSettings.StandardRunFolder,
        };
        Option<string> stateFolder = new("--state-folder")
        {
            Description = "Folder for what outlasts a restart: shares that were set with --persist.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => DaemonSettings.StandardStateFolder,
        };
        UnitOption<TierChoice?> tiers = TierOption.Create();
        Option<bool> verbose = new("--verbose") { Description = "Log more detail." };
        Option<bool> handOver = new("--hand-over")
        {
            Description = "For the systemd unit, before the daemon: open what only root without limits may open, leave it with systemd "
                + "for the daemon, and end.",

            // Of no use to people.
            Hidden = true,
        };
        Command command = new("daemon", Description) { configuration, runFolder, stateFolder, tiers, verbose, handOver };
        command.SetAction(parsed => parsed.GetValue(handOver) ? HandOver(console) : Run(
            console,
            new DaemonSettings
            {
                Configuration = parsed.GetValue(configuration)!,
                RunFolder = parsed.GetValue(runFolder)!,
                StateFolder = parsed.GetValue(stateFolder)!,
                Tiers = tiers.In(parsed),
            },
            parsed.GetValue(verbose)));
        return command;
    }

    private static int HandOver(CliConsole console)
    {
        string? manager = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        if (string.IsNullOrEmpty(manager))
        {
            throw new CommandFailure(
                ExitCode.Usage,
                "--hand-over: no service manager is there to take anything",
                "leave it to the unit: sudo systemctl start terrace");
        }

        foreach ((string what, int error) in ServiceHandOver.Run(manager))
        {
            // No failure: the daemon tries itself, and says what it has to do without.
            console.Error.WriteLine($"terrace: {what} cannot be handed over to the daemon: {ErrorWords.Of(error)}");
        }

        return ExitCode.Ok;
    }

    private static int Run(CliConsole console, DaemonSettings settings, bool verbose)
    {
        MachineAccess.RequireRoot("daemon");
        DaemonConfiguration? configuration = ConfigurationFile.Load(
            settings.Configuration, out IReadOnlyList<ConfigurationProblem> problems);
        foreach (string line in ConfigurationProblems.Lines(problems))
        {
            console.Error.WriteLine(line);
        }

        if (configuration is null)
        {
            return ExitCode.BadConfiguration;
        }

        HostTierSource followed = new(FollowedLayout.PathIn(settings.RunFolder), TimeProvider.System);
        using LinuxMachine machine = MachineAccess.Open(followed);
        IReadOnlyList<int> possible = machine.PossibleNodes;
        if (settings.Tiers?.ProblemEverOn(machine.Topology.Nodes, possible) is { } never)
        {
            throw new CommandFailure(ExitCode.Usage, never.At(TierOption.Name));
        }

        if (settings.Tiers is null && configuration.ProblemEverOn(machine.Topology, possible) is { } misfit)
        {
            console.Error.WriteLine(misfit.ToString());
            return ExitCode.BadConfiguration;
        }

        machine.Tiers = settings.Tiers ?? configuration.Tiers;
        machine.Refresh();
        if (machine.Tiers is null)
        {
            // Nodes of a choice may come at any time; without one nobody has said that there will be a slow tier.
            MachineAccess.RequireSlowTier(machine.Topology);
        }

        MachineAccess.RequireTracker(TrackerChoice.Best);
        MachineAccess.RequireMoves();
        using FileLock instance = SingleInstance(settings.RunFolder);
        JournalLogger log = new(
            console.Error, JournalLogger.StandardErrorIsJournal, TimeProvider.System, verbose ? LogLevel.Debug : LogLevel.Information);
        Problem? unclaimed = MachineAccess.Claim(machine);
        using TerraceDaemon daemon = new(settings, configuration, machine, log, followed);
        MachineAccess.WarnOf(console, unclaimed);
        using StopSignals signals = new(signal =>
        {
            if (signal == PosixSignal.SIGHUP)
            {
                daemon.PostReload();
                return false;
            }

            return true;
        });
        daemon.Run(signals.Token);
        return ExitCode.Ok;
    }

    /// <summary>Holds the run folder's lock, which the kernel gives back however this process ends.</summary>
    private static FileLock SingleInstance(string runFolder)
    {
        string problem;
        try
        {
            Directory.CreateDirectory(runFolder, (UnixFileMode)Convert.ToInt32("755", 8));
            int error = FileLock.TryTake(Path.Combine(runFolder, "daemon.lock"), out FileLock? taken);
            if (error == 0)
            {
                return taken!;
            }

            if (error == Errno.EAGAIN)
            {
                throw new CommandFailure(
                    ExitCode.Unavailable,
                    $"a daemon with the folder {runFolder} is already running",
                    "ask it with terrace status, or give this one another --run-folder");
            }

            problem = ErrorWords.Of(error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = OutputProblem.Of(error);
        }

        throw new CommandFailure(
            ExitCode.CannotWrite, $"cannot write to {runFolder}: {problem}", "name another folder with --run-folder");
    }
}
