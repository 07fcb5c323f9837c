using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// What tells one file from all others that were ever at its path, and how large it is: statx(2),
/// https://man7.org/linux/man-pages/man2/statx.2.html.
/// </summary>
/// <param name="Device">Major and minor number of its file system, the major in the upper half.</param>
/// <param name="Inode">Its number there; such numbers are used again.</param>
/// <param name="BornNanoseconds">When it was made, nanoseconds since 1970; 0 where the file system does not know.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Kind">What it is.</param>
/// <param name="AllocatedBytes">What it takes of its file system; 0 when it has only holes.</param>
/// <param name="UserId">Whose it is.</param>
/// <param name="ChangedNanoseconds">When its contents, owner or mode last changed, nanoseconds since 1970; nobody can set it.</param>
/// <param name="DriverMajor">Of a device: the major number of its driver.</param>
/// <param name="GroupId">Whose group's it is.</param>
/// <param name="Mode">Who may do what: the lower twelve bits, as chmod(1) has them.</param>
public readonly record struct FileStatus(
    ulong Device,
    ulong Inode,
    long BornNanoseconds,
    long Bytes,
    FileKind Kind = FileKind.File,
    long AllocatedBytes = 0,
    uint UserId = 0,
    long ChangedNanoseconds = 0,
    uint DriverMajor = 0,
    uint GroupId = 0,
    uint Mode = 0)
{
    // MEM_MAJOR, include/uapi/linux/major.h.
    private const uint MemoryMajor = 1;

    /// <summary>TMPFS_MAGIC, include/uapi/linux/magic.h: tmpfs, memfd and other shared memory.</summary>
    public const long TmpFs = 0x0102_1994;

    /// <summary>HUGETLBFS_MAGIC.</summary>
    public const long HugeTlbFs = 0x9584_58f6;

    /// <summary>PROC_SUPER_MAGIC.</summary>
    public const long ProcFs = 0x9fa0;

    private const int AT_FDCWD = -100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const int AT_STATX_DONT_SYNC = 0x4000;
    private const int S_IFMT = 0xF000;

    // Of stx_blocks, whatever the file system's own blocks are.
    private const int SectorBytes = 512;
    private const int STATX_BASIC_STATS = 0x7ff;
    private const int STATX_BTIME = 0x800;

    // struct statx and struct statfs, include/uapi/linux/stat.h and asm-generic/statfs.h.
    private const int StatxBytes = 256;
    private const int StatfsBytes = 120;

    /// <summary>True for /dev/null, /dev/zero, /dev/mem and their like (drivers/char/mem.c).</summary>
    public bool IsMemoryDevice => Kind == FileKind.CharacterDevice && DriverMajor == MemoryMajor;

    /// <summary>True for the same file, whatever its size.</summary>
    public bool IsSameFile(FileStatus other) => (Device, Inode, BornNanoseconds) == (other.Device, other.Inode, other.BornNanoseconds);

    /// <summary>Of an open file: 0, or the error number.</summary>
    public static int TryRead(SafeFileHandle file, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(file);
        int error = TryRead((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH, out status);
        GC.KeepAlive(file);
        return error;
    }

    /// <summary>Of what is at a path now, links followed: 0, or the error number (ENOENT).</summary>
    public static int TryRead(string path, out FileStatus status) => TryRead(AT_FDCWD, path, 0, out status);

    /// <summary>Of what is at a path now, which may be a link: 0, or the error number (ENOENT).</summary>
    public static int TryReadLink(string path, out FileStatus status) => TryRead(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, out status);

    /// <summary>
    /// Of what is at a path now, links followed, as far as the kernel knows it: a file system's server that does not answer is not waited
    /// for (AT_STATX_DONT_SYNC). 0, or the error number.
    /// </summary>
    public static int TryReadKnown(string path, out FileStatus status) => TryRead(AT_FDCWD, path, AT_STATX_DONT_SYNC, out status);

    /// <summary>The same of an open file.</summary>
    public static int TryReadKnown(SafeFileHandle file, out FileStatus status)
    {
        ArgumentNullException.ThrowIfNull(file);
        int error = TryRead((int)file.DangerousGetHandle(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, out status);
        GC.KeepAlive(file);
        return error;
    }

    /// <summary>The kind of file system that an open file is on, by its magic number (fstatfs(2)); 0 when it cannot be asked.</summary>
    public static unsafe long FileSystemOf(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        byte* buffer = stackalloc byte[StatfsBytes];
        nint result = Libc.SystemCall(Libc.SYS_fstatfs, (int)file.DangerousGetHandle(), (nint)buffer, 0, 0, 0, 0);
        GC.KeepAlive(file);
        return result == 0 ? *(long*)buffer : 0;
    }

    /// <summary>
    /// Bytes that the file system of an open file has left for ordinary users (fstatfs(2)); null where it has no limit, as a tmpfs
    /// without a size, or cannot be asked.
    /// </summary>
    public static unsafe long? FreeBytesOf(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        long* buffer = stackalloc long[StatfsBytes / sizeof(long)];
        nint result = Libc.SystemCall(Libc.SYS_fstatfs, (int)file.DangerousGetHandle(), (nint)buffer, 0, 0, 0, 0);
        GC.KeepAlive(file);

        // f_type, f_bsize, f_blocks, f_bfree, f_bavail.
        return result == 0 && buffer[2] > 0 ? buffer[4] * buffer[1] : null;
    }

    /// <summary>Of what has a name in an open folder, which may be a link: 0, or the error number (ENOENT).</summary>
    internal static int TryRead(SafeHandle folder, string name, out FileStatus status)
    {
        int error = TryRead((int)folder.DangerousGetHandle(), name, AT_SYMLINK_NOFOLLOW, out status);
        GC.KeepAlive(folder);
        return error;
    }

    private static unsafe int TryRead(int folder, string path, int flags, out FileStatus status)
    {
        status = default;
        byte* buffer = stackalloc byte[StatxBytes];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
        {
            if (Libc.SystemCall(Libc.SYS_statx, folder, (nint)name, flags, STATX_BASIC_STATS | STATX_BTIME, (nint)buffer, 0) != 0)
            {
                return Marshal.GetLastPInvokeError();
            }
        }

        ReadOnlySpan<byte> data = new(buffer, StatxBytes);
        bool born = (BinaryPrimitives.ReadUInt32LittleEndian(data) & STATX_BTIME) != 0;
        status = new FileStatus(
            ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(data[136..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(data[140..]),
            BinaryPrimitives.ReadUInt64LittleEndian(data[32..]),
            born ? Nanoseconds(data[80..]) : 0,
            BinaryPrimitives.ReadInt64LittleEndian(data[40..]),
            (FileKind)(BinaryPrimitives.ReadUInt16LittleEndian(data[28..]) & S_IFMT),
            BinaryPrimitives.ReadInt64LittleEndian(data[48..]) * SectorBytes,
            BinaryPrimitives.ReadUInt32LittleEndian(data[20..]),
            Nanoseconds(data[96..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[128..]),
            BinaryPrimitives.ReadUInt32LittleEndian(data[24..]),
            (uint)BinaryPrimitives.ReadUInt16LittleEndian(data[28..]) & ~(uint)S_IFMT);
        return 0;
    }

    // struct statx_timestamp.
    private static long Nanoseconds(ReadOnlySpan<byte> time) =>
        (BinaryPrimitives.ReadInt64LittleEndian(time) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(time[8..]);
}
