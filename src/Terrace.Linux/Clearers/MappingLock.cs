using System.Runtime.InteropServices;
using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;

namespace Terrace.Linux.Clearers;

/// <summary>
/// Tells whether a process's mappings may have changed, by the kernel's count of how often its mmap lock was taken for writing,
/// which every change needs
/// (mm_struct.mm_lock_seq; Documentation/mm/process_addrs.rst). Reading that word costs far less than reading the mappings. Where
/// the kernel does not count they always may have.
/// </summary>
internal sealed class MappingLock(KernelView kernel)
{
    private uint? _known;

    /// <summary>
    /// True when the mappings may have changed since the last call. To be called before they are read: a change meanwhile is one
    /// for the next call.
    /// </summary>
    /// <param name="mm">The process's mm_struct, which the caller pins.</param>
    public bool TakeChange(ulong mm)
    {
        uint? now = CountOf(mm);
        bool same = now is not null && now == _known;
        _known = now;
        return !same;
    }

    /// <summary>The process has another mm_struct.</summary>
    public void Forget() => _known = null;

    /// <summary>Writes to /proc/PID/clear_refs, which takes the lock once and changes no mapping: that alone is no change.</summary>
    public int Clear(ulong mm, LinuxFile clearRefs)
    {
        uint? before = CountOf(mm);
        int written = clearRefs.Write(0, "1"u8);
        if (written > 0 && before is { } count && count == _known && CountOf(mm) == count + kernel.Layout.MmLockStep)
        {
            _known = count + kernel.Layout.MmLockStep;
        }

        return written;
    }

    private uint? CountOf(ulong mm)
    {
        uint count = 0;
        return kernel.Layout.MmLockCount is { } offset
            && kernel.Core.TryReadVirtual(mm + (ulong)offset, MemoryMarshal.AsBytes(new Span<uint>(ref count))) ? count : null;
    }
}
