using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;
using Terrace.Linux.Nodes;
using Terrace.Linux.Pressures;
using Terrace.Linux.Processes;

namespace Terrace.Linux;

/// <summary>A process of this machine, pinned by a pidfd.</summary>
public sealed class LinuxProcess : IManagedProcess
{
    private readonly IDisposable _trackerFiles;
    private readonly GroupPressure _pressure;

    internal LinuxProcess(PidFd pidFd, string name, IAccessTracker tracker, IDisposable trackerFiles)
    {
        PidFd = pidFd;
        Name = name;
        Tracker = tracker;
        _trackerFiles = trackerFiles;
        _pressure = new GroupPressure(new FileTree("/"), pidFd.Pid);
        Migrator = new MovePagesMigrator(pidFd, tracker as INodeLookup);
    }

    /// <inheritdoc/>
    public int Pid => PidFd.Pid;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IAccessTracker Tracker { get; }

    /// <inheritdoc/>
    public IPageMigrator Migrator { get; }

    /// <inheritdoc/>
    public IReadOnlyList<FastArea> Areas => (Tracker as IMappedTracker)?.Areas ?? [];

    /// <inheritdoc/>
    public IPressureGauge Pressure => _pressure;

    /// <summary>What an operator says of its mappings; null for nothing. Holds from the next scan on.</summary>
    public IMappingRules? MappingRules
    {
        get => (Tracker as IMappedTracker)?.Rules;
        set
        {
            if (Tracker is IMappedTracker tracker)
            {
                tracker.Rules = value;
            }
        }
    }

    /// <summary>Pins the process.</summary>
    public PidFd PidFd { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trackerFiles.Dispose();
        _pressure.Dispose();
        PidFd.Dispose();
    }
}
