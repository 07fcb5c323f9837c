using Terrace.Core.Machine;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Trackers;

/// <summary>
/// One way to see which pages of one address space were accessed. It knows addresses, not mappings: which of them are to be read
/// <see cref="MappedTracker"/> tells it.
/// </summary>
internal interface IPageReader : IDisposable
{
    /// <summary>The tracker's name as the command line gives it.</summary>
    string Name { get; }

    /// <summary>True while the process lives and has the address space that was attached, or was last followed to.</summary>
    bool IsSameAddressSpace();

    /// <summary>
    /// True when the process's mappings may have changed since the last call; always where that cannot be known without reading
    /// them.
    /// </summary>
    bool TakeMappingChange();

    /// <summary>
    /// Reports every page in the ranges, which ascend and lie apart, chunk by chunk in ascending order: 0, or an error number. What
    /// was reported holds only if <see cref="IsSameAddressSpace"/> does afterwards.
    /// </summary>
    /// <param name="ranges">The ranges.</param>
    /// <param name="sink">Takes the chunks.</param>
    /// <param name="isPart">They are not all that there is: nothing is to be forgotten that is not among them.</param>
    int Read(ReadOnlySpan<AddressRange> ranges, IScanSink sink, bool isPart = false);

    /// <inheritdoc cref="IAccessTracker.ReadSome"/>
    bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => false;

    /// <inheritdoc cref="IAccessTracker.ReadSomeOfAny"/>
    bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => false;

    /// <summary>Goes over to the address space that execve(2) put in the place of the one before; false when there is none.</summary>
    bool TryFollow();
}
