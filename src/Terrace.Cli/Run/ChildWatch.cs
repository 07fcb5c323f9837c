using Terrace.Cli.CommandLine;
using Terrace.Host.Loop;
using Terrace.Linux;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;

namespace Terrace.Cli.Run;

/// <summary>
/// Finds a command and its descendants as they come and adds them to the host, each with the same share. All of them are descendants of
/// this process, whatever became of their parents (<see cref="OrphanKeeper"/>).
/// </summary>
internal sealed class ChildWatch(
    LinuxMachine machine, TieringHost host, SummaryRecorder summary, ManagementSettings settings, MemoryPolicy? given, int pid)
{
    private readonly List<int> _descendants = [];
    private readonly HashSet<int> _refused = [];
    private int _calls;

    /// <summary>What the processes chose themselves of where their memory lies.</summary>
    public PlacementNotes Placements { get; } = new();

    /// <summary>Looks for new ones: at once for the first second, then every other call.</summary>
    public void Look()
    {
        if (_calls++ > 4 && (_calls & 1) != 0)
        {
            return;
        }

        Attach(pid);
        ProcessTree.Descendants(Environment.ProcessId, _descendants);
        _refused.RemoveWhere(refused => refused != pid && !_descendants.Contains(refused));
        foreach (int child in _descendants)
        {
            if (child != pid)
            {
                OrphanKeeper.Reap(child);
                Attach(child);
            }
        }
    }

    private void Attach(int target)
    {
        if (_refused.Contains(target) || host.Manages(target))
        {
            return;
        }

        if (machine.Attach(target, out LinuxProcess? process, out _, settings.Tracker))
        {
            summary.Name(target, process!.Name);
            process.PlacementRespect = settings.PlacementRespect;
            process.GivenPolicy = given;
            Placements.Watch(process);
            host.Add(process, settings.Fast);
        }
        else
        {
            _refused.Add(target);
        }
    }
}
