using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// What one thread sleeps on until its time is over, another thread sets it, or a descriptor can be read: an eventfd and one poll(2)
/// (https://man7.org/linux/man-pages/man2/eventfd.2.html). It costs a fraction of waiting for the runtime's own events.
/// </summary>
public sealed unsafe class LoopSignal : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int EFD_CLOEXEC = 0x80000;
    private const int EFD_NONBLOCK = 0x800;

    /// <summary>Makes one that is not set.</summary>
    /// <exception cref="IOException">The process or the system has too many descriptors.</exception>
    public LoopSignal()
        : base(ownsHandle: true)
    {
        int fd = Libc.EventFd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
        {
            throw new IOException($"no descriptor for waking the loop (error {Marshal.GetLastPInvokeError()})");
        }

        SetHandle(fd);
    }

    /// <summary>Ends the wait that is under way, or the next one. For any thread.</summary>
    public void Set()
    {
        bool held = false;
        try
        {
            DangerousAddRef(ref held);
            ulong one = 1;
            _ = Libc.Write((int)handle, &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits any more.
        }
        finally
        {
            if (held)
            {
                DangerousRelease();
            }
        }
    }

    /// <summary>
    /// Waits, and forgets that it was set; true when <paramref name="news"/> can be read. Only for the thread that owns it. May
    /// return early.
    /// </summary>
    /// <param name="most">How long at most.</param>
    /// <param name="news">Waited for too, unless null.</param>
    public bool Wait(TimeSpan most, EpollSet? news)
    {
        PollFd* fds = stackalloc PollFd[2];
        fds[0] = new PollFd { Fd = (int)handle, Events = PollFd.POLLIN };
        fds[1] = new PollFd { Fd = news is null ? -1 : (int)news.DangerousGetHandle(), Events = PollFd.POLLIN };

        // Whole milliseconds, rounded up: a wait that is rounded down to nothing would spin.
        int ready = Libc.Poll(fds, 2, (int)Math.Clamp(Math.Ceiling(most.TotalMilliseconds), 0, int.MaxValue));
        if (ready > 0 && fds[0].Returned != 0)
        {
            ulong count;
            _ = Libc.Read((int)handle, &count, sizeof(ulong));
        }

        return ready > 0 && fds[1].Returned != 0;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;
}
