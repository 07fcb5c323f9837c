namespace Terrace.Core.Machine;

/// <summary>
/// Says which pages of one process were accessed since its <see cref="IAccessClearer"/> last cleared them. That the process is gone,
/// or its address space was replaced, is an ordinary outcome.
/// </summary>
public interface IAccessTracker
{
    /// <summary>The tracker's name as the command line gives it, for example <c>page-tables</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Does a little of what a read or clear needs to know before, where that takes long: false when there is more of it, and to be called
    /// again soon. Neither need be prepared: they do themselves what is missing.
    /// </summary>
    bool Prepare() => true;

    /// <summary>
    /// Reports every mapped, movable page of the process to <paramref name="sink"/>. When the outcome is not
    /// <see cref="ScanStatus.Complete"/> what the sink was given must be thrown away: it may be of freed page tables.
    /// </summary>
    ScanOutcome Read(IScanSink sink);

    /// <summary>
    /// Reports those of some chunks that it would ask the sink about (<see cref="IScanSink.Wants"/>), as they are and without asking.
    /// False when that is not known; a full read says why.
    /// </summary>
    bool ReadChunks(IChunkChoice chunks, IScanSink sink) => false;

    /// <summary>
    /// Reports some base pages, in ascending order, whether they are there and were accessed. False when that is not known; a
    /// full read says why.
    /// </summary>
    bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => false;

    /// <summary>The same of pages of any size, by an address of each.</summary>
    bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => false;
}
