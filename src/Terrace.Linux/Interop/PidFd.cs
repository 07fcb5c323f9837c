using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// Pins the identity of one process: however often its number is used again, this stays the process it was opened for
/// (https://man7.org/linux/man-pages/man2/pidfd_open.2.html, Linux 5.3).
/// </summary>
public sealed class PidFd : SafeHandleZeroOrMinusOneIsInvalid
{
    private PidFd(int fd, int pid)
        : base(ownsHandle: true)
    {
        SetHandle(fd);
        Pid = pid;
        Thread = pid;
    }

    /// <summary>The process id it was opened for.</summary>
    public int Pid { get; }

    /// <summary>
    /// Number of a thread that leads to the process's memory: that of the process, except after its first thread has ended.
    /// </summary>
    public int Thread { get; internal set; }

    /// <summary>
    /// True until the whole process has exited; a zombie counts as exited. poll(2) reports a pidfd readable once the
    /// last thread is gone.
    /// </summary>
    public unsafe bool IsAlive
    {
        get
        {
            PollFd poll = new() { Fd = (int)handle, Events = PollFd.POLLIN };
            return Libc.Poll(&poll, 1, 0) == 0;
        }
    }

    /// <summary>Opens the process: 0; ESRCH when there is none; EINVAL when the number is a thread's, not a process's.</summary>
    public static int TryOpen(int pid, out PidFd? pidFd)
    {
        nint fd = Libc.SystemCall(Libc.SYS_pidfd_open, pid, 0, 0, 0, 0, 0);
        if (fd >= 0)
        {
            pidFd = new PidFd((int)fd, pid);
            return 0;
        }

        pidFd = null;
        return Marshal.GetLastPInvokeError();
    }

    /// <summary>
    /// Takes over a pidfd that the kernel gave out in another way, such as SO_PEERPIDFD; <paramref name="pid"/> is its process's
    /// number.
    /// </summary>
    public static PidFd Adopt(int descriptor, int pid) => new(descriptor, pid);

    /// <summary>Waits until the process has exited: true when it has, false when the time ran out first.</summary>
    public unsafe bool WaitForExit(TimeSpan timeout)
    {
        PollFd poll = new() { Fd = (int)handle, Events = PollFd.POLLIN };
        return Libc.Poll(&poll, 1, (int)Math.Min(timeout.TotalMilliseconds, int.MaxValue)) > 0;
    }

    /// <summary>Sends a signal to exactly this process: 0, or ESRCH or EPERM (pidfd_send_signal(2)). Signal 0 only asks.</summary>
    public int Signal(int signal) =>
        Libc.SystemCall(Libc.SYS_pidfd_send_signal, handle, signal, 0, 0, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
