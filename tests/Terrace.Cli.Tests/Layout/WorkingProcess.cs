using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Layout;

/// <summary>A simulated process that does its work between each clear of accessed bits and the read after it.</summary>
internal sealed class WorkingProcess(SimulatedProcess process, Action<int> work) : IManagedProcess, IAccessClearer
{
    private int _scan;

    public int Pid => process.Pid;

    public string Name => process.Name;

    public IAccessTracker Tracker => process.Tracker;

    public IAccessClearer Clearer => this;

    public IPageMigrator Migrator => process.Migrator;

    public ScanOutcome Clear()
    {
        ScanOutcome cleared = process.Clearer.Clear();
        work(_scan++);
        return cleared;
    }

    public void Dispose() => process.Dispose();
}
