using System.Runtime.InteropServices;
using Terrace.Linux.Interop;

namespace Terrace.Linux.KernelMemory;

/// <summary>
/// Says whether a process's mappings may have changed, by the kernel's count of how often its mmap lock was taken for writing,
/// which every change needs (mm_struct.mm_lock_seq; Documentation/mm/process_addrs.rst). Reading that word costs far less than
/// reading the mappings. Where the kernel does not count they always may have.
/// </summary>
internal sealed class MappingLock(TrackedTask task)
{
    private uint? _known;
    private uint? _before;

    /// <summary>
    /// True when the mappings may have changed since the last call. To be called before they are read: a change meanwhile is one
    /// for the next call.
    /// </summary>
    public bool TakeChange()
    {
        uint? now = Count();
        bool same = now is not null && now == _known;
        _known = now;
        return !same;
    }

    /// <summary>Sees to it that the process is reached through a thread that has not ended.</summary>
    public void Reach() => task.IsSameAfterReload();

    /// <summary>The process has another mm_struct.</summary>
    public void Forget() => _known = null;

    /// <summary>
    /// Writes what is to be cleared to /proc/PID/clear_refs, which takes the lock once and changes no mapping: that alone is no change.
    /// Returns bytes written, or minus the error number.
    /// </summary>
    public int Clear(BriefFile clearRefs, ProcessCalls calls, ReadOnlySpan<byte> what, out OngoingCall? going)
    {
        _before = Count();
        return Cleared(calls.BeginWrite(clearRefs, what, out going));
    }

    /// <summary>The same of a clear that continued.</summary>
    public int Continue(OngoingCall going, ProcessCalls calls, out TimeSpan took) => Cleared(calls.Continue(going, out took));

    private int Cleared(int written)
    {
        uint step = task.Kernel.Layout.MmLockStep;
        if (written > 0 && _before is { } count && count == _known && Count() == count + step)
        {
            _known = count + step;
        }

        return written;
    }

    private uint? Count()
    {
        uint count = 0;
        return task.Kernel.Layout.MmLockCount is { } offset
            && task.Kernel.Core.TryReadVirtual(task.Facts.Mm + (ulong)offset, MemoryMarshal.AsBytes(new Span<uint>(ref count)))
                ? count
                : null;
    }
}
