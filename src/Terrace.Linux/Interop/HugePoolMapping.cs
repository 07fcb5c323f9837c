using System.Numerics;

namespace Terrace.Linux.Interop;

/// <summary>
/// One page of a pool of huge pages, mapped without access and without a reservation: it takes no page of the pool (mmap(2)).
/// </summary>
internal sealed unsafe class HugePoolMapping : IDisposable
{
    private const int PROT_NONE = 0;
    private const int MAP_PRIVATE_ANONYMOUS_NORESERVE_HUGETLB = 0x02 | 0x20 | 0x4000 | 0x40000;

    // MAP_HUGE_SHIFT: the binary logarithm of the page's size.
    private const int SizeShift = 26;

    private readonly nuint _bytes;

    private HugePoolMapping(ulong address, nuint bytes)
    {
        Address = address;
        _bytes = bytes;
    }

    /// <summary>Where it is.</summary>
    public ulong Address { get; }

    /// <summary>Maps a page of a size; null when the kernel has no pool of it.</summary>
    public static HugePoolMapping? TryMap(long bytes)
    {
        int flags = MAP_PRIVATE_ANONYMOUS_NORESERVE_HUGETLB | (BitOperations.Log2((ulong)bytes) << SizeShift);
        void* mapping = Libc.MMap(null, (nuint)bytes, PROT_NONE, flags, -1, 0);
        return (nint)mapping == -1 ? null : new HugePoolMapping((ulong)mapping, (nuint)bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => Libc.MUnmap((void*)Address, _bytes);
}
