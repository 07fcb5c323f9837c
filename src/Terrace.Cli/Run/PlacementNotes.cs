using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Linux;

namespace Terrace.Cli.Run;

/// <summary>
/// Keeps in mind which processes chose themselves where their memory lies, so that a share that is not reached has its reason
/// next to it.
/// </summary>
internal sealed class PlacementNotes
{
    private readonly List<(LinuxProcess Process, bool HasTiers)> _processes = [];

    /// <summary>Notes a process.</summary>
    public void Watch(LinuxProcess process) => _processes.Add((process, process.HasTiers));

    /// <summary>Says what was left alone, and why.</summary>
    public void Write(CliConsole console)
    {
        foreach ((LinuxProcess process, bool hasTiers) in _processes)
        {
            if (!hasTiers)
            {
                console.Error.WriteLine(
                    $"terrace: note: the cpuset of process {process.Pid} allows the nodes of one tier only: all of it was left alone");
            }
            else if (process.UntrackedBytes > 0)
            {
                console.Error.WriteLine(
                    $"terrace: note: {ByteSize.Format(process.UntrackedBytes)} of process {process.Pid} are of pools of huge pages "
                        + "(hugetlbfs), whose accesses cannot be seen: left alone");
            }

            if (hasTiers && process.UnfollowedBytes > 0)
            {
                console.Error.WriteLine(
                    $"terrace: note: process {process.Pid} maps the same pages more than 64 times over: accesses through "
                        + $"{ByteSize.Format(process.UnfollowedBytes)} of mappings were not seen");
            }

            if (hasTiers && process.ChosenBytes > 0)
            {
                console.Error.WriteLine(
                    $"terrace: note: process {process.Pid} placed {ByteSize.Format(process.ChosenBytes)} of its memory itself, "
                        + "by memory policies: left alone; --override-placement manages it too");
            }
        }
    }
}
