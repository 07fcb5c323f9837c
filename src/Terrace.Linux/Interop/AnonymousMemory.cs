using System.Runtime.InteropServices;
using System.Text;

namespace Terrace.Linux.Interop;

/// <summary>
/// Private anonymous memory from mmap(2), outside the garbage collector's heap, aligned to 2 MiB so that huge pages can back it.
/// Not touched when created: its pages are allocated on first access.
/// </summary>
public sealed unsafe class AnonymousMemory : IDisposable
{
    private const nuint Alignment = 2 << 20;
    private const int PROT_READ_WRITE = 1 | 2;
    private const int MAP_PRIVATE_ANONYMOUS_NORESERVE = 0x02 | 0x20 | 0x4000;
    private const int MADV_HUGEPAGE = 14;
    private const int MADV_NOHUGEPAGE = 15;
    private const int MPOL_BIND = 2;
    private const int PR_SET_VMA = 0x53564d41;
    private const int PR_SET_VMA_ANON_NAME = 0;

    private void* _mapping;
    private readonly nuint _mappingBytes;

    private AnonymousMemory(void* mapping, nuint mappingBytes, nuint bytes)
    {
        _mapping = mapping;
        _mappingBytes = mappingBytes;
        Bytes = (long)bytes;
        Address = (byte*)(((nuint)mapping + Alignment - 1) & ~(Alignment - 1));
    }

    /// <summary>The first byte, aligned to 2 MiB.</summary>
    public byte* Address { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Maps memory: 0, or the error number (ENOMEM). <paramref name="wanted"/> is where it should be if that is free; 0 for
    /// anywhere.
    /// </summary>
    public static int TryMap(long bytes, out AnonymousMemory? memory, ulong wanted = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        nuint mappingBytes = (nuint)bytes + Alignment;
        void* mapping = Libc.MMap((void*)wanted, mappingBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS_NORESERVE, -1, 0);
        if ((nint)mapping == -1)
        {
            memory = null;
            return Marshal.GetLastPInvokeError();
        }

        memory = new AnonymousMemory(mapping, mappingBytes, (nuint)bytes);
        return 0;
    }

    /// <summary>
    /// Asks for huge pages (MADV_HUGEPAGE) or for none (MADV_NOHUGEPAGE): 0, or the error number (EINVAL: kernel without huge
    /// pages).
    /// </summary>
    public int UseHugePages(bool use) =>
        Libc.MAdvise(Address, (nuint)Bytes, use ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>
    /// Names it, as /proc/PID/maps shows it (prctl(2), PR_SET_VMA_ANON_NAME): 0, or the error number (EINVAL: a kernel without
    /// CONFIG_ANON_VMA_NAME, or a name of other than up to 79 printable characters without []\`$).
    /// </summary>
    public int SetName(string name)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
        {
            nint result = Libc.SystemCall(Libc.SYS_prctl, PR_SET_VMA, PR_SET_VMA_ANON_NAME, (nint)Address, (nint)Bytes, (nint)text, 0);
            return result == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Has pages that are allocated from now on come from one node only (mbind(2), MPOL_BIND): 0, or the error number.
    /// </summary>
    public int BindTo(int node)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(node);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(node, 63);
        ulong mask = 1UL << node;
        nint result = Libc.SystemCall(Libc.SYS_mbind, (nint)Address, (nint)Bytes, MPOL_BIND, (nint)(&mask), 64 + 1, 0);
        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Unmaps it.</summary>
    public void Dispose()
    {
        if (_mapping is not null)
        {
            _ = Libc.MUnmap(_mapping, _mappingBytes);
            _mapping = null;
        }
    }
}
