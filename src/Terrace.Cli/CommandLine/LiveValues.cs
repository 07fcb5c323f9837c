using System.CommandLine.Completions;
using System.Globalization;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Failures;
using Terrace.Linux.Dax;
using Terrace.Linux.Processes;

namespace Terrace.Cli.CommandLine;

/// <summary>
/// Values that only this host knows, as it is now. Who presses Tab waits for them: what takes long, or is not permitted, is left
/// out silently.
/// </summary>
internal static class LiveValues
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Numbers of processes that have memory of their own.</summary>
    public static IEnumerable<string> Processes(CompletionContext context)
    {
        ProcessIdentityReader reader = new();
        return reader.Pids().Where(pid => reader.Read(pid) is not null).Select(Text);
    }

    /// <summary>Groups that the daemon manages.</summary>
    public static IEnumerable<string> Groups(CompletionContext context) =>
        Targets().Select(group => group.Name).Where(name => !name.Any(char.IsControl));

    /// <summary>Processes that the daemon manages.</summary>
    public static IEnumerable<string> ManagedProcesses(CompletionContext context) =>
        Targets().SelectMany(group => group.Processes).Select(process => Text(process.Pid));

    /// <summary>Dax devices.</summary>
    public static IEnumerable<string> DaxDevices(CompletionContext context) => new DaxReader().ReadAll().Select(device => device.Name);

    private static IReadOnlyList<GroupStatus> Targets()
    {
        Task<IReadOnlyList<GroupStatus>> asked = Task.Run(() =>
        {
            try
            {
                return DaemonOption.Ask(DaemonSettings.StandardRunFolder, new ControlRequest { Command = ControlCommand.Targets }).Groups
                    ?? [];
            }
            catch (CommandFailure)
            {
                return [];
            }
        });
        return asked.Wait(s_patience) ? asked.Result : [];
    }

    private static string Text(int pid) => pid.ToString(CultureInfo.InvariantCulture);
}
