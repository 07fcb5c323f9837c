namespace Terrace.Core.Machine;

/// <summary>
/// Clears the accessed bits of one process's pages. Apart from <see cref="IAccessTracker"/>, because a round is
/// <c>clear, wait, read, clear, wait, read, …</c> and because what reads pages cheapest is not what clears them cheapest. That the
/// process is gone, or its address space was replaced, is an ordinary outcome.
/// </summary>
public interface IAccessClearer
{
    /// <summary>How it clears them now, as the command line has it: for example <c>clear-refs</c>.</summary>
    string Name => "";

    /// <summary>
    /// How long a clear may make the process's own page faults and mmap calls wait; one that knows several ways chooses by it. Not a
    /// promise: <see cref="ScanOutcome.Stall"/> tells what it was.
    /// </summary>
    TimeSpan MaxStall
    {
        get => TimeSpan.MaxValue;
        set { }
    }

    /// <summary>
    /// Clears the accessed bits of the process's pages, so that the next read reports only accesses made since. One that takes long may
    /// be <see cref="ScanStatus.Unfinished"/>: called again it continues, and the outcome at the end is that of the whole.
    /// </summary>
    ScanOutcome Clear();

    /// <summary>
    /// The same for some chunks where that is cheaper: <see cref="ScanOutcome.ChosenOnly"/> tells whether it was. All others may be
    /// cleared, too.
    /// </summary>
    ScanOutcome Clear(IChunkChoice? chunks) => Clear();

    /// <summary>Nobody continues the clear that is unfinished; the next call begins another.</summary>
    void BreakOff()
    {
    }

    /// <summary>
    /// Clears the accessed bits of some pages only, which costs the process far less than <see cref="Clear()"/> does. The pages are
    /// base pages in ascending order; those that could not be cleared are taken out of the list.
    /// </summary>
    /// <returns>Pages that are left at the start of the list; 0 where the clearer has no such means.</returns>
    int ClearSome(Span<ulong> pages) => 0;
}
