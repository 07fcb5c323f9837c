using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// A part of a file of shared memory, mapped shared and for reading only: to ask and say where its pages lie, never to touch what
/// is in them.
/// </summary>
internal sealed unsafe class FileWindow : IDisposable
{
    /// <summary>Bytes of a base page.</summary>
    public const int PageBytes = 4096;

    private const int PROT_READ = 1;
    private const int MAP_SHARED = 0x01;
    private const int MADV_POPULATE_READ = 22;

    private readonly nuint _bytes;
    private byte* _address;

    private FileWindow(byte* address, nuint bytes)
    {
        _address = address;
        _bytes = bytes;
    }

    /// <summary>Where it is mapped.</summary>
    public ulong Address => (ulong)_address;

    /// <summary>Maps pages of a file, whether the file reaches that far or not: 0, or the error number. No page is allocated.</summary>
    public static int TryMap(SafeFileHandle file, long firstPage, long pages, out FileWindow? window)
    {
        nuint bytes = (nuint)pages * PageBytes;
        void* mapping = Libc.MMap(null, bytes, PROT_READ, MAP_SHARED, (int)file.DangerousGetHandle(), firstPage * PageBytes);
        GC.KeepAlive(file);
        window = (nint)mapping == -1 ? null : new FileWindow((byte*)mapping, bytes);
        return window is null ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>
    /// Says of each page from <paramref name="first"/> on whether it is in memory: bit 0 of its byte
    /// (https://man7.org/linux/man-pages/man2/mincore.2.html). 0, or the error number. Of files whose user may write them it is
    /// the truth, whoever has
    /// mapped the page (can_do_mincore, mm/mincore.c).
    /// </summary>
    public int Resident(int first, Span<byte> pages)
    {
        fixed (byte* result = pages)
        {
            return Libc.SystemCall(
                Libc.SYS_mincore,
                (nint)_address + ((nint)first * PageBytes),
                (nint)pages.Length * PageBytes,
                (nint)result,
                0,
                0,
                0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    /// <summary>
    /// Enters pages that are in memory into this process's page table, without which no call could name them (MADV_POPULATE_READ,
    /// Linux 5.14). A page that went away meanwhile is allocated again, empty as it then reads; past the
    /// end of the file nothing does.
    /// </summary>
    public void Enter(int first, int count) =>
        _ = Libc.MAdvise(_address + ((nint)first * PageBytes), (nuint)count * PageBytes, MADV_POPULATE_READ);

    /// <summary>Unmaps it. Policies stay with the file.</summary>
    public void Dispose()
    {
        if (_address is not null)
        {
            _ = Libc.MUnmap(_address, _bytes);
            _address = null;
        }
    }
}
