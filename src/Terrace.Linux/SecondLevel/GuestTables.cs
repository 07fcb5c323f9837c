using System.Buffers.Binary;
using System.Diagnostics;
using Terrace.Core.Layout;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Files;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.SecondLevel;

/// <summary>
/// The second-level page tables of the guests that one process runs with KVM. What the guest accesses shows there and nowhere
/// else: the process's own page table has the bits of what
/// the process itself accesses.
/// </summary>
/// <remarks>
/// The way there: a descriptor of the process that is an anon_inode:kvm-vm, its struct file, the struct kvm in its private_data,
/// and the list of top tables of KVM's MMU for
/// two-dimensional paging. kvm.mm must be the process's own. The descriptor may be closed at any time: all that is read is
/// bounded and only ever marks frames.
/// </remarks>
internal sealed class GuestTables : IDisposable
{
    private const int MaxRoots = 64;
    private const int MostDescriptors = 4096;

    /// <summary>
    /// A program begins to run a guest soon after its start, or never: it is looked for up to this long, at intervals that
    /// double.
    /// </summary>
    private static readonly TimeSpan _looksFor = TimeSpan.FromMinutes(1);

    private readonly KernelView _kernel;
    private readonly Func<GuestSupport?> _guestSupport;
    private readonly int _pid;
    private readonly long _since = Stopwatch.GetTimestamp();
    private readonly List<ulong> _guests = [];
    private SecondLevelWalker<KernelCore>? _walker;
    private GuestSupport? _support;
    private GenerationAging? _aging;
    private TimeSpan _nextLook;

    public GuestTables(KernelView kernel, Func<GuestSupport?> guestSupport, int pid)
    {
        _kernel = kernel;
        _guestSupport = guestSupport;
        _pid = pid;
    }

    /// <summary>True when the process runs a guest whose accesses can be told.</summary>
    public bool InUse => Aging is not null;

    /// <summary>Clears what they accessed, and the process's own accessed bits on the way; null while there are none.</summary>
    public GenerationAging? Aging => _guests.Count > 0 ? _aging : null;

    /// <summary>Marks frames that guests accessed since the last run of <see cref="Aging"/>.</summary>
    /// <param name="task">The process.</param>
    /// <param name="frames">The machine's page frames.</param>
    /// <returns>The marks, to be taken off after use; null when there are none.</returns>
    public FrameMarks? Read(in TaskFacts task, FrameMap frames)
    {
        Look(task);
        if (!InUse)
        {
            return null;
        }

        FrameMarks marks = _support!.Marks;
        marks.Clear();
        marks.Reserve(frames.End);

        // Twice as many tables as all memory needs.
        long maxReads = (frames.Frames / Chunk.Pages * 2) + 4096;
        for (int i = 0; i < _guests.Count; i++)
        {
            if (IsGuest(task, _guests[i]))
            {
                WalkRoots(_guests[i], maxReads, marks);
            }
        }

        return marks;
    }

    /// <inheritdoc/>
    public void Dispose() => _aging?.Dispose();

    private void WalkRoots(ulong kvm, long maxReads, FrameMarks marks)
    {
        KvmLayout layout = _support!.Layout;
        ulong head = kvm + (ulong)layout.KvmRoots;
        if (!_kernel.Core.TryReadVirtual(head, out ulong next))
        {
            return;
        }

        Span<byte> role = stackalloc byte[4];
        for (int i = 0; i < MaxRoots && next != head && next != 0; i++)
        {
            ulong page = next - (ulong)layout.PageLink;
            if (!_kernel.Core.TryReadVirtual(page + (ulong)layout.PageRole, role)
                || !_kernel.Core.TryReadVirtual(page + (ulong)layout.PageTable, out ulong table)
                || !_kernel.Core.TryReadVirtual(next, out next))
            {
                return;
            }

            if (_kernel.Core.TryPhysicalOf(table, out ulong physical))
            {
                _walker!.Walk(physical, (int)(BinaryPrimitives.ReadUInt32LittleEndian(role) & 0xf), _support!.Format, maxReads, marks);
            }
        }
    }

    private void Look(in TaskFacts task)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_since);
        if (_guests.Count > 0 || elapsed > _looksFor || elapsed < _nextLook)
        {
            return;
        }

        _nextLook = (elapsed * 2) + TimeSpan.FromMilliseconds(100);
        FileTree tree = new("/");
        if (!tree.Has("sys/module/kvm"))
        {
            return;
        }

        // A process may have as many as it likes. QEMU opens its guest before it opens much else.
        foreach ((string name, long descriptor) in tree.Numbered($"proc/{_pid}/fd", "", MostDescriptors))
        {
            if (IsVirtualMachine(tree.PathOf($"proc/{_pid}/fd/{name}"))
                && (_support = _guestSupport()) is { } support
                && TryFileOf(task, descriptor, out ulong file)
                && _kernel.Core.TryReadVirtual(file + (ulong)support.Layout.FilePrivate, out ulong kvm)
                && IsGuest(task, kvm))
            {
                _guests.Add(kvm);
            }
        }

        if (_guests.Count > 0)
        {
            _walker = new SecondLevelWalker<KernelCore>(_kernel.Core) { AddressMask = _kernel.AddressMask };
            _aging = GenerationAging.TryOpen(_pid);
        }
    }

    /// <summary>True for a descriptor in /proc/PID/fd that is a virtual machine of KVM.</summary>
    public static bool IsVirtualMachine(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget is { } target && target.EndsWith("anon_inode:kvm-vm", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private bool TryFileOf(in TaskFacts task, long descriptor, out ulong file)
    {
        KvmLayout layout = _support!.Layout;
        file = 0;
        Span<byte> count = stackalloc byte[4];
        return _kernel.Core.TryReadVirtual(task.Address + (ulong)layout.TaskFiles, out ulong files)
            && _kernel.Core.TryReadVirtual(files + (ulong)layout.FilesTable, out ulong table)
            && _kernel.Core.TryReadVirtual(table + (ulong)layout.TableCount, count)
            && descriptor < BinaryPrimitives.ReadUInt32LittleEndian(count)
            && _kernel.Core.TryReadVirtual(table + (ulong)layout.TableFiles, out ulong array)
            && _kernel.Core.TryReadVirtual(array + ((ulong)descriptor * 8), out file)
            && file != 0;
    }

    private bool IsGuest(in TaskFacts task, ulong kvm) =>
        kvm != 0 && _kernel.Core.TryReadVirtual(kvm + (ulong)_support!.Layout.KvmMm, out ulong mm) && mm == task.Mm;
}
