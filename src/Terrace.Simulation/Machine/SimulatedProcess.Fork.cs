namespace Terrace.Simulation.Machine;

/// <content>Pages in common after fork(2).</content>
public sealed partial class SimulatedProcess
{
    /// <summary>
    /// Starts a child that has this process's pages in common with it until it writes them (<see cref="Write"/>). As on Linux, a page
    /// in common is the parent's to trackers, and what the child accesses of it shows there. A page that the parent frees meanwhile
    /// is the child's no more, either: the simulation has one owner for each.
    /// </summary>
    public SimulatedProcess Fork()
    {
        EnsureRunning();
        SimulatedProcess child = _machine.StartProcess(Name, Threads);
        child._nextAddress = _nextAddress;
        foreach (SimulatedMapping mapping in _mappings)
        {
            child._mappings.Add(
                new SimulatedMapping(mapping.Start, mapping.Pages, mapping.WantsHugePages, mapping.FolioPages) { Original = mapping });
        }

        return child;
    }

    /// <summary>
    /// Writes a page: one that is in common becomes this process's own, by a copy. False when memory ran out and the process was
    /// killed, or when it has ended before.
    /// </summary>
    public bool Write(SimulatedMapping mapping, int page)
    {
        ArgumentNullException.ThrowIfNull(mapping);
        LeaveMerged(mapping, page);
        return State == ProcessState.Running
            && (mapping.IsPresent(page) || Fault(mapping, page))
            && Access(mapping, page);
    }
}
