using System.CommandLine;
using Terrace.Cli.CommandLine;
using Terrace.Cli.Terminal;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Control;

/// <summary><c>terrace events</c>: what the daemon does, as it happens.</summary>
internal static class EventsCommand
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    public static Command Create(CliConsole console)
    {
        Option<string> runFolder = DaemonOption.Create();
        Option<bool> follow = new("--follow", "-f") { Description = "Continue until Ctrl-C. By default it ends after the next event." };
        Command command = new("events", """
            Show what the daemon does, as it happens

            Writes one line of JSON for each event: rounds with what they saw, decided and moved; processes that leave; scans that
            failed. Without root or membership of the group terrace, only events of your own processes.

            Examples:
              sudo terrace events
              sudo terrace events --follow
            """) { runFolder, follow };
        command.SetAction(parsed => Run(console, parsed.GetValue(runFolder)!, parsed.GetValue(follow)));
        return command;
    }

    private static int Run(CliConsole console, string runFolder, bool follow)
    {
        using StopSignals signals = new();
        using ControlClient client = ControlClient.Connect(DaemonSettings.SocketIn(runFolder));
        client.Ask(new ControlRequest { Command = ControlCommand.Events });
        using CancellationTokenRegistration registration = signals.Token.Register(client.Dispose);
        using CancellationTokenSource ended = new();
        _ = WatchReader(console, client, ended.Token);
        try
        {
            while (client.ReadLine() is { } line)
            {
                console.Out.WriteLine(line);
                if (!follow)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Stopped, or the daemon went.
        }
        finally
        {
            ended.Cancel();
        }

        return console.IsNobodyReading(TimeSpan.Zero) ? ExitCode.NobodyReads : ExitCode.Ok;
    }

    // On a quiet host nothing is written for long, and only a write would fail.
    private static Task WatchReader(CliConsole console, ControlClient client, CancellationToken ended) => Task.Factory.StartNew(
        () =>
        {
            while (!ended.IsCancellationRequested)
            {
                if (console.IsNobodyReading(s_look))
                {
                    client.Dispose();
                    return;
                }
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);
}
