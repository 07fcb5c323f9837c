using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Layout;

/// <summary>
/// A run of pages of a <see cref="LayoutMemory"/> that is one file's or one process's. Pages are named by their numbers in the
/// memory's layout.
/// </summary>
public abstract class LayoutPart : IDisposable
{
    private protected LayoutPart(PageSpan span) => Span = span;

    /// <summary>Its pages.</summary>
    public PageSpan Span { get; }

    /// <summary>True when it has a policy that places pages which are allocated later, whoever touches them.</summary>
    public abstract bool PlacesNewPages { get; }

    /// <summary>
    /// Fills in the node of each page from <paramref name="first"/> on, -1 for one that is not in memory: 0, or the error number
    /// (ESRCH: the process is gone).
    /// </summary>
    public abstract int Locate(ulong first, Span<int> nodes);

    /// <summary>Moves pages, all of the run that was located last, to a node.</summary>
    public abstract void Move(ReadOnlySpan<ulong> pages, int node, Span<MoveResult> results);

    /// <summary>Sets the policy for pages to come: 0, or the error number; nothing where there is none.</summary>
    public abstract int SetPolicy(PageSpan pages, MemoryPolicy policy);

    /// <summary>The policy for a page to come; null where there is none or it cannot be asked.</summary>
    public abstract MemoryPolicy? PolicyOf(ulong page);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what it holds open.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
