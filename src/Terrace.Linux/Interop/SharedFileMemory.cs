using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>A file's memory from mmap(2), shared with all that map the file (MAP_SHARED).</summary>
public sealed unsafe class SharedFileMemory : IDisposable
{
    private const int PROT_READ_WRITE = 1 | 2;
    private const int MAP_SHARED = 0x01;

    private void* _mapping;

    private SharedFileMemory(void* mapping, long bytes)
    {
        _mapping = mapping;
        Bytes = bytes;
        Address = (byte*)mapping;
    }

    /// <summary>The first byte.</summary>
    public byte* Address { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Maps the first <paramref name="bytes"/> of a file that has as many: 0, or the error number. <paramref name="wanted"/> is
    /// where it should be if that is free; 0 for anywhere.
    /// </summary>
    public static int TryMap(SafeFileHandle file, long bytes, out SharedFileMemory? memory, ulong wanted = 0)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        void* mapping = Libc.MMap((void*)wanted, (nuint)bytes, PROT_READ_WRITE, MAP_SHARED, (int)file.DangerousGetHandle(), 0);
        GC.KeepAlive(file);
        memory = (nint)mapping == -1 ? null : new SharedFileMemory(mapping, bytes);
        return memory is null ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Unmaps it.</summary>
    public void Dispose()
    {
        if (_mapping is not null)
        {
            _ = Libc.MUnmap(_mapping, (nuint)Bytes);
            _mapping = null;
        }
    }
}
