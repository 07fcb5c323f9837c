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

    /// <summary>Numbers of processes that have memory of their own, with their names.</summary>
    public static IEnumerable<CompletionItem> Processes(CompletionContext context) =>
        Living().Select(process => new CompletionItem(Text(process.Pid), detail: process.Comm));

    /// <summary>Names of processes that have memory of their own.</summary>
    public static IEnumerable<CompletionItem> ProcessNames(CompletionContext context) =>
        Living().Where(process => process.Comm is { Length: > 0 } name && char.IsAsciiLetter(name[0]) && !name.Any(char.IsControl))
            .GroupBy(process => process.Comm!)
            .Select(named => new CompletionItem(
                named.Key, detail: named.Count() == 1 ? $"process {named.First().Pid}" : $"{named.Count()} processes"));

    /// <summary>Groups that the daemon manages.</summary>
    public static IEnumerable<string> Groups(CompletionContext context) =>
        Targets().Select(group => group.Name).Where(name => !name.Any(char.IsControl));

    /// <summary>Processes that the daemon manages.</summary>
    public static IEnumerable<CompletionItem> ManagedProcesses(CompletionContext context) =>
        Targets().SelectMany(group => group.Processes)
            .Select(process => new CompletionItem(Text(process.Pid), detail: process.Vm ?? process.Name));

    /// <summary>Dax devices.</summary>
    public static IEnumerable<string> DaxDevices(CompletionContext context) => new DaxReader().ReadAll().Select(device => device.Name);

    private static IEnumerable<ProcessIdentity> Living()
    {
        ProcessIdentityReader reader = new();
        return reader.Pids().Select(pid => reader.Read(pid)).OfType<ProcessIdentity>();
    }

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
