using Terrace.Core.Units;

namespace Terrace.Cli.Accessed;

/// <summary>
/// Writes scans as a reader of <c>/proc/PID/idle_pages</c> gets them. The format, which docs/accessed-bits.md describes for readers:
/// <code>
/// stream  = scan*
/// scan    = (set extent+)* end
/// set     = 0xA0, then an address: 8 bytes, the highest first
/// extent  = one byte: the kind (<see cref="IdlePagesKind"/>) in the upper four bits, a count from 1 to 15 in the lower four
/// end     = a set of the address 0
/// </code>
/// An address is in force after it was set, and each extent advances it by its count times 4 KiB or 2 MiB, by its kind. The module sets
/// one where pages do not follow on those before, and so does this: between two pages there are extents of holes where these take fewer
/// bytes than a set, none before the first page and none after the last.
/// The module has no end, for each read of its file is of a range. Here many scans follow each other, so that one is needed; for readers
/// that do not know of it, it sets an address and nothing more, and no page is at address 0. A scan without an end was broken off, and is
/// void.
/// </summary>
internal sealed class IdlePagesWriter(Stream output) : IAccessedWriter
{
    private const int MostInExtent = 15;
    private const int BytesOfSet = 1 + sizeof(ulong);

    private readonly OutputBuffer _buffer = new(output);
    private IdlePagesKind _kind;
    private int _count;

    // Up to where extents reach; 0 while no address was set.
    private ulong _next;

    /// <inheritdoc/>
    public void BeginScan(int scan, TimeSpan covered) => (_count, _next) = (0, 0);

    /// <inheritdoc/>
    public void Write(AccessedChunk chunk)
    {
        if (chunk.IsHuge)
        {
            Add(chunk.IsIdleThroughout ? IdlePagesKind.PMD_IDLE : IdlePagesKind.PMD_ACCESSED, Chunk.AddressOf(chunk.Number, 0), 1);
        }
        else if (chunk.IsIdleThroughout)
        {
            Add(IdlePagesKind.PMD_IDLE_PTES, Chunk.AddressOf(chunk.Number, 0), 1);
        }
        else
        {
            for (int page = 0; chunk.TryAlike(page, out PageRun run); page = run.End)
            {
                Add(
                    run.IsAccessed ? IdlePagesKind.PTE_ACCESSED : IdlePagesKind.PTE_IDLE,
                    Chunk.AddressOf(chunk.Number, run.Start),
                    (ulong)run.Pages);
            }
        }
    }

    /// <inheritdoc/>
    public void EndScan()
    {
        Set(0);
        _buffer.Flush();
    }

    private void Add(IdlePagesKind kind, ulong address, ulong units)
    {
        if (address != _next)
        {
            MoveTo(address);
        }

        Count(kind, units);
    }

    /// <summary>Advances by holes, or by a new address where that takes no more bytes.</summary>
    private void MoveTo(ulong address)
    {
        // Up to the next 2 MiB, whole ones, and the rest; all of it is the first of these where no 2 MiB begin in between.
        ulong firstWhole = Math.Min(address, (_next + Chunk.Bytes - 1) & ~(ulong)(Chunk.Bytes - 1));
        ulong lastWhole = Math.Max(firstWhole, address & ~(ulong)(Chunk.Bytes - 1));
        ulong before = (firstWhole - _next) >> Chunk.PageShift;
        ulong whole = (lastWhole - firstWhole) >> Chunk.Shift;
        ulong after = (address - lastWhole) >> Chunk.PageShift;
        if (_next == 0 || Extents(before) + Extents(whole) + Extents(after) >= BytesOfSet)
        {
            Set(address);
            return;
        }

        Count(IdlePagesKind.PTE_HOLE, before);
        Count(IdlePagesKind.PMD_HOLE, whole);
        Count(IdlePagesKind.PTE_HOLE, after);
    }

    private static ulong Extents(ulong units) => (units + MostInExtent - 1) / MostInExtent;

    private void Count(IdlePagesKind kind, ulong units)
    {
        if (units > 0 && kind != _kind)
        {
            EndExtent();
            _kind = kind;
        }

        _next += units << (IsOfPages(kind) ? Chunk.PageShift : Chunk.Shift);
        while (units > 0)
        {
            int more = (int)Math.Min(units, (ulong)(MostInExtent - _count));
            _count += more;
            units -= (ulong)more;
            if (_count == MostInExtent)
            {
                EndExtent();
            }
        }
    }

    private static bool IsOfPages(IdlePagesKind kind) =>
        kind is IdlePagesKind.PTE_ACCESSED or IdlePagesKind.PTE_IDLE or IdlePagesKind.PTE_HOLE;

    private void Set(ulong address)
    {
        EndExtent();
        _buffer.Add((byte)((int)IdlePagesKind.PIP_CMD << 4));
        _buffer.AddBigEndian(address);
        _next = address;
    }

    private void EndExtent()
    {
        if (_count > 0)
        {
            _buffer.Add((byte)(((int)_kind << 4) | _count));
            _count = 0;
        }
    }
}
