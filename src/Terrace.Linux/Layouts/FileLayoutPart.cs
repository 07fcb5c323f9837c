using Microsoft.Win32.SafeHandles;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Layouts;

/// <summary>
/// Pages of a file of shared memory (tmpfs, memfd, System V). They belong to the file, not to those that map it: this process maps the file too, says by the file's shared policy where pages come to be, and moves those that
/// are there. Neither needs, nor disturbs, the processes that use them.
/// </summary>
internal sealed class FileLayoutPart : LayoutPart
{
    private readonly SafeFileHandle _file;
    private readonly long _firstOfFile;
    private readonly PidFd _self;
    private readonly MovePagesMigrator _migrator;
    private byte[] _resident = [];
    private ulong[] _addresses = [];
    private int[] _nodes = [];
    private FileWindow? _window;
    private ulong _windowStart;

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

    /// <summary>Takes over an open file, of which <paramref name="firstOfFile"/> is the page that the span begins with: 0, or the error number.</summary>
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
        _window?.Dispose();
        int error = FileWindow.TryMap(_file, OfFile(first), nodes.Length, out _window);
        if (error != 0)
        {
            return error;
        }

        _windowStart = first;
        Reserve(nodes.Length);
        Span<byte> resident = _resident.AsSpan(0, nodes.Length);
        error = _window!.Resident(resident);
        if (error != 0)
        {
            return error;
        }

        int count = EnterResident(resident);
        error = count == 0 ? 0 : MovePages.Query(0, _addresses.AsSpan(0, count), _nodes.AsSpan(0, count));
        for (int i = 0; error == 0 && i < count; i++)
        {
            nodes[(int)((_addresses[i] - _window.Address) / FileWindow.PageBytes)] = Math.Max(_nodes[i], -1);
        }

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
                // A fresh mapping has no policy, and setting what it has already does nothing, to the file neither (mbind_range, mm/mempolicy.c). MPOL_LOCAL does as the standard does.
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

    // Runs of pages in memory are entered at once; their addresses are noted.
    private int EnterResident(ReadOnlySpan<byte> resident)
    {
        int count = 0;
        int page = 0;
        while (page < resident.Length)
        {
            int start = page;
            while (page < resident.Length && (resident[page] & 1) != 0)
            {
                _addresses[count++] = _window!.Address + ((ulong)page++ * FileWindow.PageBytes);
            }

            if (page > start)
            {
                _window!.Enter(start, page - start);
            }

            page += page == start ? 1 : 0;
        }

        return count;
    }

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
