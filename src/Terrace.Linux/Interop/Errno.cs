namespace Terrace.Linux.Interop;

/// <summary>
/// Linux error numbers that Terrace distinguishes (errno(3), include/uapi/asm-generic/errno-base.h). They keep their kernel names.
/// </summary>
public static class Errno
{
    /// <summary>Operation not permitted.</summary>
    public const int EPERM = 1;

    /// <summary>No such file, or no page mapped at an address.</summary>
    public const int ENOENT = 2;

    /// <summary>No such process.</summary>
    public const int ESRCH = 3;

    /// <summary>Interrupted by a signal.</summary>
    public const int EINTR = 4;

    /// <summary>No such device or address: a socket that was opened as a file.</summary>
    public const int ENXIO = 6;

    /// <summary>Input/output error.</summary>
    public const int EIO = 5;

    /// <summary>Try again.</summary>
    public const int EAGAIN = 11;

    /// <summary>No buffer space: messages were lost.</summary>
    public const int ENOBUFS = 105;

    /// <summary>Out of memory, or the target node is full.</summary>
    public const int ENOMEM = 12;

    /// <summary>Permission denied, or a page shared by several processes.</summary>
    public const int EACCES = 13;

    /// <summary>Bad address.</summary>
    public const int EFAULT = 14;

    /// <summary>Busy.</summary>
    public const int EBUSY = 16;

    /// <summary>The descriptor is not open, or not for this.</summary>
    public const int EBADF = 9;

    /// <summary>There is something at the path already.</summary>
    public const int EEXIST = 17;

    /// <summary>Something on the path to it is no folder.</summary>
    public const int ENOTDIR = 20;

    /// <summary>The file is too large.</summary>
    public const int EFBIG = 27;

    /// <summary>It is a folder.</summary>
    public const int EISDIR = 21;

    /// <summary>It is a symbolic link, and links are not followed; or there are too many of them.</summary>
    public const int ELOOP = 40;

    /// <summary>Nobody reads from the other end of the pipe or socket.</summary>
    public const int EPIPE = 32;

    /// <summary>No such device, or the node is not online.</summary>
    public const int ENODEV = 19;

    /// <summary>The host has as many files open as it may have (fs.file-max).</summary>
    public const int ENFILE = 23;

    /// <summary>The process has as many files open as it may have (RLIMIT_NOFILE).</summary>
    public const int EMFILE = 24;

    /// <summary>Invalid argument.</summary>
    public const int EINVAL = 22;

    /// <summary>Not a terminal, and not any other device that a call is for.</summary>
    public const int ENOTTY = 25;

    /// <summary>No space left; from cpusets: a group with processes cannot be left without nodes.</summary>
    public const int ENOSPC = 28;

    /// <summary>Read-only file system: /proc/sys and /sys of a container.</summary>
    public const int EROFS = 30;

    /// <summary>No such system call.</summary>
    public const int ENOSYS = 38;

    /// <summary>
    /// Timed out: a call was left behind that waits for a process's memory lock (<see cref="BoundedCalls"/>).
    /// </summary>
    public const int ETIMEDOUT = 110;

    /// <summary>A call continues, and is to be asked for again (<see cref="BoundedCalls"/>).</summary>
    public const int EINPROGRESS = 115;

    /// <summary>A file that is no program.</summary>
    public const int ENOEXEC = 8;

    /// <summary>The file is a program that is running.</summary>
    public const int ETXTBSY = 26;

    /// <summary>A name in the path, or the path, is too long.</summary>
    public const int ENAMETOOLONG = 36;

    /// <summary>The address, or the path of a socket, is taken.</summary>
    public const int EADDRINUSE = 98;

    /// <summary>Nobody listens there.</summary>
    public const int ECONNREFUSED = 111;

    /// <summary>The user's quota of the disk is used up.</summary>
    public const int EDQUOT = 122;
}
