using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>
/// The C library's entry points that Terrace uses; every argument is blittable, so that a call makes no garbage.
/// Calls return -1 and leave the error number in <see cref="Marshal.GetLastPInvokeError"/>, except where stated.
/// The wrappers around them (<see cref="LinuxFile"/>, <see cref="PidFd"/>, …) turn that into results.
/// </summary>
internal static unsafe partial class Libc
{
    // The soname, not "libc": ahead-of-time compiled programs have no probing that would skip the linker script libc.so.
    private const string Name = "libc.so.6";

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_NONBLOCK = 0x800;
    public const int O_DIRECTORY = 0x10000;
    public const int O_NOFOLLOW = 0x20000;
    public const int O_CLOEXEC = 0x80000;

    public const long SYS_pread64 = 17;
    public const long SYS_pwrite64 = 18;
    public const long SYS_mremap = 25;
    public const long SYS_mincore = 27;
    public const long SYS_wait4 = 61;
    public const long SYS_fstatfs = 138;
    public const long SYS_prctl = 157;
    public const long SYS_gettid = 186;
    public const long SYS_tgkill = 234;
    public const long SYS_clock_gettime = 228;
    public const long SYS_mbind = 237;
    public const long SYS_set_mempolicy = 238;
    public const long SYS_get_mempolicy = 239;
    public const long SYS_move_pages = 279;
    public const long SYS_prlimit64 = 302;
    public const long SYS_memfd_create = 319;
    public const long SYS_statx = 332;
    public const long SYS_pidfd_send_signal = 424;
    public const long SYS_pidfd_open = 434;
    public const long SYS_openat = 257;
    public const long SYS_process_vm_readv = 310;
    public const long SYS_openat2 = 437;
    public const long SYS_process_madvise = 440;

    /// <summary>https://man7.org/linux/man-pages/man2/open.2.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags, int mode);

    /// <summary>https://man7.org/linux/man-pages/man2/close.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    /// <summary>https://man7.org/linux/man-pages/man2/pread.2.html: bytes read, 0 at the end of the file.</summary>
    [LibraryImport(Name, EntryPoint = "pread", SetLastError = true)]
    public static partial nint PRead(int fd, void* buffer, nuint count, long offset);

    /// <summary>https://man7.org/linux/man-pages/man2/pwrite.2.html: bytes written.</summary>
    [LibraryImport(Name, EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint PWrite(int fd, void* buffer, nuint count, long offset);

    /// <summary>https://man7.org/linux/man-pages/man2/write.2.html: bytes written, at the file's own position.</summary>
    [LibraryImport(Name, EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* buffer, nuint count);

    /// <summary>https://man7.org/linux/man-pages/man2/read.2.html: bytes read at the file's own position, 0 at the end.</summary>
    [LibraryImport(Name, EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nuint count);

    /// <summary>https://man7.org/linux/man-pages/man2/F_GETLK.2const.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int ControlFile(int fd, int command, RecordLock.Range* range);

    /// <summary>https://man7.org/linux/man-pages/man2/F_DUPFD.2const.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int DuplicateFile(int fd, int command, nint least);

    /// <summary>https://man7.org/linux/man-pages/man2/flock.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(int fd, int operation);

    /// <summary>https://man7.org/linux/man-pages/man2/openat.2.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte* path, int flags, int mode);

    /// <summary>https://man7.org/linux/man-pages/man2/renameat.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(int oldFolder, byte* oldPath, int newFolder, byte* newPath);

    /// <summary>https://man7.org/linux/man-pages/man2/unlinkat.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int folder, byte* path, int flags);

    /// <summary>https://man7.org/linux/man-pages/man2/fsync.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "fsync", SetLastError = true)]
    public static partial int FSync(int fd);

    /// <summary>https://man7.org/linux/man-pages/man2/fchmod.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int FChMod(int fd, uint mode);

    /// <summary>https://man7.org/linux/man-pages/man2/poll.2.html: descriptors that are ready.</summary>
    [LibraryImport(Name, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    /// <summary>https://man7.org/linux/man-pages/man2/eventfd.2.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint count, int flags);

    /// <summary>https://man7.org/linux/man-pages/man2/epoll_create.2.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <summary>https://man7.org/linux/man-pages/man2/epoll_ctl.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int set, int operation, int fd, EpollSet.Event* wanted);

    /// <summary>https://man7.org/linux/man-pages/man2/epoll_wait.2.html: events that were filled in.</summary>
    [LibraryImport(Name, EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int set, EpollSet.Event* events, int count, int timeoutMilliseconds);

    /// <summary>https://man7.org/linux/man-pages/man2/kill.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    /// <summary>https://man7.org/linux/man-pages/man2/geteuid.2.html: always succeeds.</summary>
    [LibraryImport(Name, EntryPoint = "geteuid")]
    public static partial uint GetEffectiveUserId();

    /// <summary>
    /// https://man7.org/linux/man-pages/man2/process_vm_readv.2.html: bytes read; reading sets the page's accessed state for the
    /// LRU.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "process_vm_readv", SetLastError = true)]
    public static partial nint ProcessVmReadV(int pid, IoVector* local, nuint localCount, IoVector* remote, nuint remoteCount, nuint flags);

    /// <summary>https://man7.org/linux/man-pages/man2/mmap.2.html: the address, or -1.</summary>
    [LibraryImport(Name, EntryPoint = "mmap", SetLastError = true)]
    public static partial void* MMap(void* address, nuint length, int protection, int flags, int fd, long offset);

    /// <summary>https://man7.org/linux/man-pages/man2/munmap.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "munmap", SetLastError = true)]
    public static partial int MUnmap(void* address, nuint length);

    /// <summary>https://man7.org/linux/man-pages/man2/madvise.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "madvise", SetLastError = true)]
    public static partial int MAdvise(void* address, nuint length, int advice);

    /// <summary>
    /// https://man7.org/linux/man-pages/man3/malloc_trim.3.html: 1 when memory was given back to the kernel, else 0; no error.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "malloc_trim")]
    public static partial int MallocTrim(nuint pad);

    /// <summary>https://man7.org/linux/man-pages/man2/socket.2.html: a file descriptor.</summary>
    [LibraryImport(Name, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    /// <summary>https://man7.org/linux/man-pages/man2/bind.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, void* address, uint length);

    /// <summary>https://man7.org/linux/man-pages/man2/send.2.html: bytes sent.</summary>
    [LibraryImport(Name, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, void* buffer, nuint length, int flags);

    /// <summary>https://man7.org/linux/man-pages/man2/sendmsg.2.html: bytes sent.</summary>
    [LibraryImport(Name, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint SendMessage(int fd, DescriptorStore.Message* message, int flags);

    /// <summary>https://man7.org/linux/man-pages/man2/setns.2.html: 0; of the calling thread.</summary>
    [LibraryImport(Name, EntryPoint = "setns", SetLastError = true)]
    public static partial int EnterNamespace(int fd, int kind);

    /// <summary>
    /// https://man7.org/linux/man-pages/man2/recvfrom.2.html: bytes received; <paramref name="address"/> is the sender's.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(int fd, void* buffer, nuint length, int flags, void* address, uint* addressLength);

    /// <summary>https://man7.org/linux/man-pages/man2/setsockopt.2.html: 0.</summary>
    [LibraryImport(Name, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int fd, int level, int option, void* value, uint length);

    /// <summary>https://man7.org/linux/man-pages/man2/syscall.2.html: for calls without a wrapper in the C library.</summary>
    [LibraryImport(Name, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint SystemCall(long number, nint a, nint b, nint c, nint d, nint e, nint f);
}
