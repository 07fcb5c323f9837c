namespace Terrace.Core.Machine;

/// <summary>A process that is attached for tracking and migration. Disposing it detaches and leaves the process as it is.</summary>
public interface IManagedProcess : IDisposable
{
    /// <summary>Process id.</summary>
    int Pid { get; }

    /// <summary>The command's name, for people.</summary>
    string Name { get; }

    /// <summary>Says which of its pages were accessed.</summary>
    IAccessTracker Tracker { get; }

    /// <summary>Clears their accessed bits.</summary>
    IAccessClearer Clearer { get; }

    /// <summary>Pages that it has in memory, whether managed or not, roughly; 0 when that is not known.</summary>
    long ResidentPages => 0;

    /// <summary>
    /// Its areas that have shares of their own, at most <see cref="FastArea.Most"/>, as the tracker last saw them; the first is
    /// number 1 in <see cref="Machine.ChunkFacts.Area"/>.
    /// Read after a scan, for numbers change when what is said of the process changes.
    /// </summary>
    IReadOnlyList<FastArea> Areas => [];

    /// <summary>
    /// True when its memory may lie on a node: false where its limits forbid it, so that nothing is planned that would be refused.
    /// </summary>
    bool MayUse(int node) => true;

    /// <summary>
    /// The nodes on whose CPUs it runs, as of now; none where that is not known. Asked once a round, and only where a tier that pages
    /// come up to has several nodes. Valid until it is asked again.
    /// </summary>
    IReadOnlyList<HomeNode> ReadHomes() => [];

    /// <summary>Moves its pages.</summary>
    IPageMigrator Migrator { get; }

    /// <summary>
    /// CPU time that it has used since its start, of all its threads, in steps of up to 20 ms; null where the machine cannot
    /// tell, or when it is gone.
    /// </summary>
    TimeSpan? CpuTime => null;

    /// <summary>
    /// Nanoseconds that its threads have run since its start, exactly: where two readings are equal none has run in between. Cheaper
    /// than the rest; null where the machine cannot tell, or when it is gone.
    /// </summary>
    long? RunNanoseconds => null;

    /// <summary>Both <see cref="CpuTime"/> and <see cref="ResidentPages"/>, where one reading tells both.</summary>
    (TimeSpan? CpuTime, long ResidentPages) Activity => (CpuTime, ResidentPages);

    /// <summary>
    /// How scarce memory and CPUs are for the process and those that share its limits; null where the machine cannot tell.
    /// </summary>
    IPressureGauge? Pressure => null;

    /// <summary>Makes known to the kernel's reclaim which of its pages are hot and cold; null where the machine cannot.</summary>
    IHeatSharer? HeatSharer => null;

    /// <summary>Splits its huge pages and puts them together; null where the machine cannot.</summary>
    IHugePages? HugePages => null;
}
