namespace Terrace.Core.Machine;

/// <summary>A process that is attached for tracking and migration. Disposing it detaches and leaves the process as it is.</summary>
public interface IManagedProcess : IDisposable
{
    /// <summary>Process id.</summary>
    int Pid { get; }

    /// <summary>The command's name, for people.</summary>
    string Name { get; }

    /// <summary>Tells which of its pages were accessed.</summary>
    IAccessTracker Tracker { get; }

    /// <summary>Moves its pages.</summary>
    IPageMigrator Migrator { get; }
}
