using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Layout;

/// <summary>A simulated process that does its work between each clear of accessed bits and the read after it.</summary>
internal sealed class WorkingProcess(SimulatedProcess process, Action<int> work) : IManagedProcess, IAccessTracker
{
    private int _scan;

    public int Pid => process.Pid;

    public string Name => process.Name;

    public IAccessTracker Tracker => this;

    public IPageMigrator Migrator => process.Migrator;

    public ScanOutcome Read(IScanSink sink) => process.Tracker.Read(sink);

    public ScanOutcome Clear()
    {
        ScanOutcome cleared = process.Tracker.Clear();
        work(_scan++);
        return cleared;
    }

    public void Dispose() => process.Dispose();
}
