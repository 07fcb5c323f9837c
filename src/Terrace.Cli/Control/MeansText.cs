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

    /// <summary>Writes a line for each process with huge pages that are split; nothing of the others.</summary>
    public static void WriteHugePages(TextOutput output, IReadOnlyList<GroupStatus> groups)
    {
        foreach (TargetStatus process in groups.SelectMany(group => group.Processes))
        {
            if (process.SplitHugePages + process.WatchedHugePages > 0)
            {
                string use = process.HugePageUse is { } part ? $"; {Percent.Of(part)} of their pages get 90 % of the accesses" : "";
                output.WriteLine(
                    $"huge pages of process {process.Pid}: {process.HugePages} whole, {process.SplitHugePages} kept split, "
                        + $"{process.WatchedHugePages} split to be watched{use}");
            }
        }
    }

    private static string Who(TargetStatus[] processes) =>
        processes.Length == 1 ? $"process {processes[0].Pid}" : Counted.Of(processes.Length, "process");
}
