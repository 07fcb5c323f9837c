using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux;

/// <summary>A process of this machine, pinned by a pidfd.</summary>
public sealed class LinuxProcess : IManagedProcess
{
    private readonly IDisposable _trackerFiles;

    internal LinuxProcess(PidFd pidFd, string name, IAccessTracker tracker, IDisposable trackerFiles)
    {
        PidFd = pidFd;
        Name = name;
        Tracker = tracker;
        _trackerFiles = trackerFiles;
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

    /// <summary>Pins the process.</summary>
    public PidFd PidFd { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _trackerFiles.Dispose();
        PidFd.Dispose();
    }
}
