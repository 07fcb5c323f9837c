using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// Locks on ranges of a file that belong to this process and that the kernel lifts when it ends, however it ends
/// (fcntl_locking(2), https://man7.org/linux/man-pages/man2/F_GETLK.2const.html). Closing any descriptor of the file lifts them too, so
/// that a file must be opened once.
/// </summary>
internal static unsafe class RecordLock
{
    // include/uapi/asm-generic/fcntl.h
    private const int F_GETLK = 5;
    private const int F_SETLK = 6;
    private const short F_WRLCK = 1;
    private const short F_UNLCK = 2;

    /// <summary>Locks a range without waiting: 0, or the error number (EAGAIN or EACCES: another process has some of it).</summary>
    public static int TrySet(SafeFileHandle file, long start, long bytes) => Set(file, F_WRLCK, start, bytes);

    /// <summary>Lifts what this process has locked of a range: 0, or the error number.</summary>
    public static int Lift(SafeFileHandle file, long start, long bytes) => Set(file, F_UNLCK, start, bytes);

    /// <summary>
    /// Another process that has locked some of a range; null for none. 0 when it is in a namespace that shows no number for it.
    /// <paramref name="bytes"/> of 0 reach to the end of all files.
    /// </summary>
    public static int? HolderOf(SafeFileHandle file, long start, long bytes)
    {
        Range range = new() { Type = F_WRLCK, Start = start, Bytes = bytes };
        return Call(file, F_GETLK, &range) == 0 && range.Type != F_UNLCK ? range.Holder : null;
    }

    private static int Set(SafeFileHandle file, short type, long start, long bytes)
    {
        Range range = new() { Type = type, Start = start, Bytes = bytes };
        return Call(file, F_SETLK, &range);
    }

    private static int Call(SafeFileHandle file, int command, Range* range)
    {
        int result = Libc.ControlFile((int)file.DangerousGetHandle(), command, range);
        int error = result < 0 ? Marshal.GetLastPInvokeError() : 0;
        GC.KeepAlive(file);
        return error;
    }

    /// <summary>struct flock; l_whence is SEEK_SET, 0.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Range
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Bytes;
        public int Holder;
    }
}
