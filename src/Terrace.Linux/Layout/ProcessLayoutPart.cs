using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Layout;

/// <summary>
/// Memory of a process that has no shared policy: it is private, or of hugetlbfs. Its pages can be moved; where new ones
/// are allocated only the process itself can say, by a policy of its own.
/// </summary>
internal sealed class ProcessLayoutPart : LayoutPart
{
    private readonly PidFd _process;
    private readonly ulong _start;
    private readonly MovePagesMigrator _migrator;
    private ulong[] _addresses = [];

    /// <summary>Pages of a process that is pinned by <paramref name="process"/> (which stays the caller's), from an address on.</summary>
    public ProcessLayoutPart(PidFd process, ulong start, PageSpan span)
        : base(span)
    {
        _process = process;
        _start = start;
        _migrator = new MovePagesMigrator(process, lookup: null);
    }

    /// <inheritdoc/>
    public override bool PlacesNewPages => false;

    /// <inheritdoc/>
    public override int Locate(ulong first, Span<int> nodes)
    {
        Reserve(nodes.Length);
        for (int i = 0; i < nodes.Length; i++)
        {
            _addresses[i] = AddressOf(first + (ulong)i);
        }

        int error = _process.IsAlive ? MovePages.Query(_process.Pid, _addresses.AsSpan(0, nodes.Length), nodes) : Errno.ESRCH;
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = error == 0 ? Math.Max(nodes[i], -1) : -1;
        }

        return error;
    }

    /// <inheritdoc/>
    public override void Move(ReadOnlySpan<ulong> pages, int node, Span<MoveResult> results)
    {
        Reserve(pages.Length);
        for (int i = 0; i < pages.Length; i++)
        {
            _addresses[i] = AddressOf(pages[i]);
        }

        _migrator.Move(_addresses.AsSpan(0, pages.Length), node, results);
    }

    /// <inheritdoc/>
    public override int SetPolicy(PageSpan pages, MemoryPolicy policy) => 0;

    /// <inheritdoc/>
    public override MemoryPolicy? PolicyOf(ulong page) => null;

    private ulong AddressOf(ulong page) => _start + ((page - Span.Start) << Chunk.PageShift);

    private void Reserve(int count)
    {
        if (_addresses.Length < count)
        {
            _addresses = new ulong[count];
        }
    }
}
