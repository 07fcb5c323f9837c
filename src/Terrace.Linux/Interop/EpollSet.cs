using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// A set of descriptors that is asked with one call whether any can be read (https://man7.org/linux/man-pages/man7/epoll.7.html).
/// A descriptor leaves it when it is closed.
/// </summary>
public sealed unsafe class EpollSet : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int EPOLL_CLOEXEC = 0x80000;
    private const int EPOLL_CTL_ADD = 1;
    private const uint EPOLLIN = 1;

    private EpollSet(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>True when at least one can be read.</summary>
    public bool IsReady
    {
        get
        {
            Event happened;
            return Libc.EpollWait((int)handle, &happened, 1, 0) > 0;
        }
    }

    /// <summary>Makes an empty set; null when the process or the system has too many descriptors.</summary>
    public static EpollSet? TryOpen() => Libc.EpollCreate(EPOLL_CLOEXEC) is >= 0 and var fd ? new EpollSet(fd) : null;

    /// <summary>
    /// Adds a descriptor; <paramref name="number"/> is what <see cref="Ready"/> calls it. False when the kernel does not take it
    /// (too many watches for this user).
    /// </summary>
    public bool TryAdd(SafeHandle descriptor, ulong number = 0)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        Event wanted = new() { Events = EPOLLIN, Data = number };
        bool held = false;
        try
        {
            descriptor.DangerousAddRef(ref held);
            return Libc.EpollControl((int)handle, EPOLL_CTL_ADD, (int)descriptor.DangerousGetHandle(), &wanted) == 0;
        }
        finally
        {
            if (held)
            {
                descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Fills in the numbers of those that can be read, as many as fit; returns how many.</summary>
    public int Ready(Span<int> numbers)
    {
        const int Most = 64;
        Event* happened = stackalloc Event[Most];
        int count = Math.Max(0, Libc.EpollWait((int)handle, happened, Math.Min(numbers.Length, Most), 0));
        for (int i = 0; i < count; i++)
        {
            numbers[i] = (int)happened[i].Data;
        }

        return count;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>struct epoll_event, packed on x86-64.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Event
    {
        public uint Events;
        public ulong Data;
    }
}
