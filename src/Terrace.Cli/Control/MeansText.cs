using Terrace.Cli.Terminal;
using Terrace.Host.Control;

namespace Terrace.Cli.Control;

/// <summary>By what means the accesses of a target's processes are seen, and their accessed bits cleared.</summary>
internal static class MeansText
{
    /// <summary>Writes a line for processes that have the same means; nothing of those that have had no round yet.</summary>
    public static void Write(TextOutput output, IReadOnlyList<GroupStatus> groups)
    {
        foreach (IGrouping<(string Tracker, string? Clearer), TargetStatus> alike in groups
            .SelectMany(group => group.Processes)
            .Where(process => process.Rounds > 0)
            .GroupBy(process => (process.Tracker, process.Clearer)))
        {
            string cleared = alike.Key.Clearer is { } clearer ? $", cleared by {clearer}" : "";
            output.WriteLine($"accesses of {Who([.. alike])}: seen by {alike.Key.Tracker}{cleared}");
        }
    }

    private static string Who(TargetStatus[] processes) =>
        processes.Length == 1 ? $"process {processes[0].Pid}" : Counted.Of(processes.Length, "process");
}
