using Microsoft.Win32.SafeHandles;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Layout;

/// <summary>
/// Pages of a file of shared memory (tmpfs, memfd, System V). They belong to the file, not to those that map it: this process
/// maps the file too, says by the file's shared policy where pages are allocated, and moves those that
/// are there. Neither needs, nor disturbs, the processes that use them.
/// </summary>
internal sealed class FileLayoutPart : LayoutPart
{
    /// <summary>As much is mapped at a time, 1 GiB: the kernel keeps 2 MiB of page tables for it.</summary>
    private const ulong MappedPages = 1 << 18;

    private readonly SafeFileHandle _file;
    private readonly long _firstOfFile;
    private readonly PidFd _self;
    private readonly MovePagesMigrator _migrator;
    private byte[] _resident = [];
    private ulong[] _addresses = [];
    private int[] _nodes = [];
    private FileWindow? _window;
    private ulong _windowStart;
    private ulong _windowPages;

    // Pages of the window up to here were entered into our page table.
    private ulong _enteredTo;

    private FileLayoutPart(SafeFileHandle file, long firstOfFile, PageSpan span, PidFd self)
        : base(span)
    {
        _file = file;
        _firstOfFile = firstOfFile;
        _self = self;
        _migrator = new MovePagesMigrator(self, lookup: null);
    }

    /// <inheritdoc/>
    public override bool PlacesNewPages => true;

    /// <summary>The open file.</summary>
    public SafeFileHandle File => _file;

    /// <summary>
    /// Takes over an open file, of which <paramref name="firstOfFile"/> is the page that the span begins with: 0, or the error
    /// number.
    /// </summary>
    public static int TryOpen(SafeFileHandle file, long firstOfFile, PageSpan span, out FileLayoutPart? part)
    {
        int error = PidFd.TryOpen(Environment.ProcessId, out PidFd? self);
        part = error == 0 ? new FileLayoutPart(file, firstOfFile, span, self!) : null;
        return error;
    }

    /// <inheritdoc/>
    public override int Locate(ulong first, Span<int> nodes)
    {
        nodes.Fill(-1);
        int error = Map(first, nodes.Length);
        if (error != 0)
        {
            return error;
        }

        Reserve(nodes.Length);
        Span<byte> resident = _resident.AsSpan(0, nodes.Length);
        int at = (int)(first - _windowStart);
        error = _window!.Resident(at, resident);
        if (error != 0)
        {
            return error;
        }

        // Pages that were entered before mostly still are, and asking costs less than entering.
        bool entered = first < _enteredTo;
        if (!entered)
        {
            Enter(at, resident);
        }

        error = Query(at, resident, nodes);
        if (error == 0 && entered && IsAnyUnknown(resident, nodes))
        {
            Enter(at, resident);
            error = Query(at, resident, nodes);
        }

        _enteredTo = Math.Max(_enteredTo, first + (ulong)nodes.Length);
        return error;
    }

    /// <inheritdoc/>
    public override void Move(ReadOnlySpan<ulong> pages, int node, Span<MoveResult> results)
    {
        Reserve(pages.Length);
        for (int i = 0; i < pages.Length; i++)
        {
            _addresses[i] = _window!.Address + ((pages[i] - _windowStart) * FileWindow.PageBytes);
        }

        _migrator.Move(_addresses.AsSpan(0, pages.Length), node, results);
    }

    /// <inheritdoc/>
    public override int SetPolicy(PageSpan pages, MemoryPolicy policy)
    {
        // Mapped for itself: a policy splits a mapping, and a process may have some 65,000 of them only (vm.max_map_count).
        int error = FileWindow.TryMap(_file, OfFile(pages.Start), (long)pages.Pages, out FileWindow? window);
        using (window)
        {
            nuint bytes = (nuint)pages.Pages * FileWindow.PageBytes;
            if (error == 0 && policy.Mode == MemoryPolicy.MPOL_DEFAULT)
            {
                // A fresh mapping has no policy, and setting what it has already does nothing, to the file neither (mbind_range,
                // mm/mempolicy.c). MPOL_LOCAL does what the default does.
                error = new MemoryPolicy(MemoryPolicy.MPOL_LOCAL, []).SetFor(window!.Address, bytes);
            }

            return error != 0 ? error : policy.SetFor(window!.Address, bytes);
        }
    }

    /// <inheritdoc/>
    public override MemoryPolicy? PolicyOf(ulong page)
    {
        int error = FileWindow.TryMap(_file, OfFile(page), 1, out FileWindow? window);
        using (window)
        {
            return error == 0 && MemoryPolicy.TryRead(window!.Address, out MemoryPolicy? policy) == 0 ? policy : null;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _window?.Dispose();
            _self.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private long OfFile(ulong page) => _firstOfFile + (long)(page - Span.Start);

    private int Map(ulong first, int count)
    {
        if (_window is not null && first >= _windowStart && first + (ulong)count <= _windowStart + _windowPages)
        {
            return 0;
        }

        _window?.Dispose();
        _windowStart = first;
        _windowPages = Math.Max(Math.Min(Span.End - first, MappedPages), (ulong)count);
        _enteredTo = first;
        return FileWindow.TryMap(_file, OfFile(first), (long)_windowPages, out _window);
    }

    // Each run of pages in memory with one call.
    private void Enter(int at, ReadOnlySpan<byte> resident)
    {
        for (int page = 0; page < resident.Length;)
        {
            int start = page;
            while (page < resident.Length && IsResident(resident[page]))
            {
                page++;
            }

            if (page > start)
            {
                _window!.Enter(at + start, page - start);
            }
            else
            {
                page++;
            }
        }
    }

    private int Query(int at, ReadOnlySpan<byte> resident, Span<int> nodes)
    {
        int count = 0;
        for (int page = 0; page < resident.Length; page++)
        {
            if (IsResident(resident[page]))
            {
                _addresses[count++] = _window!.Address + ((ulong)(at + page) * FileWindow.PageBytes);
            }
        }

        int error = count == 0 ? 0 : MovePages.Query(0, _addresses.AsSpan(0, count), _nodes.AsSpan(0, count));
        for (int i = 0; error == 0 && i < count; i++)
        {
            nodes[(int)((_addresses[i] - _window!.Address) / FileWindow.PageBytes) - at] = Math.Max(_nodes[i], -1);
        }

        return error;
    }

    private static bool IsAnyUnknown(ReadOnlySpan<byte> resident, ReadOnlySpan<int> nodes)
    {
        for (int page = 0; page < nodes.Length; page++)
        {
            if (IsResident(resident[page]) && nodes[page] < 0)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsResident(byte page) => (page & 1) != 0;

    private void Reserve(int count)
    {
        if (_addresses.Length < count)
        {
            _resident = new byte[count];
            _addresses = new ulong[count];
            _nodes = new int[count];
        }
    }
}
