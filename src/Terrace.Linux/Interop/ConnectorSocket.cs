using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Terrace.Linux.Interop;

/// <summary>
/// A netlink socket that listens to the kernel's process events connector (https://man7.org/linux/man-pages/man7/netlink.7.html,
/// drivers/connector/cn_proc.c, include/uapi/linux/cn_proc.h). Opening it needs the first network, user and PID namespaces, and
/// CAP_NET_ADMIN before Linux 6.6; receiving needs nothing.
/// </summary>
internal sealed unsafe class ConnectorSocket : SafeHandleZeroOrMinusOneIsInvalid
{
    private const int AF_NETLINK = 16;
    private const int SOCK_DGRAM = 2;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOCK_NONBLOCK = 0x800;
    private const int NETLINK_CONNECTOR = 11;
    private const int SOL_SOCKET = 1;
    private const int SO_RCVBUFFORCE = 33;
    private const ushort NLMSG_DONE = 3;
    private const uint CN_IDX_PROC = 1;
    private const uint CN_VAL_PROC = 1;
    private const uint PROC_CN_MCAST_LISTEN = 1;

    /// <summary>Room for some ten thousand events: what a storm of forks can bring while the daemon moves pages.</summary>
    private const int ReceiveBufferBytes = 8 << 20;

    private ConnectorSocket(int fd)
        : base(ownsHandle: true) => SetHandle(fd);

    internal int Fd => (int)handle;

    /// <summary>One that was passed to this process, or else a new one: 0 or the error number.</summary>
    public static int TryOpen(out ConnectorSocket? socket)
    {
        int passed = PassedDescriptors.OfThisProcess.Duplicate(PassedDescriptors.ProcessEvents);
        socket = passed >= 0 ? new ConnectorSocket(passed) : null;
        return passed >= 0 ? 0 : TryOpenNew(out socket);
    }

    /// <summary>Opens it and asks for events: 0 or the error number.</summary>
    public static int TryOpenNew(out ConnectorSocket? socket)
    {
        socket = null;
        int fd = Libc.Socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
        if (fd < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        ConnectorSocket opened = new(fd);
        int error = opened.Listen();
        if (error != 0)
        {
            opened.Dispose();
            return error;
        }

        socket = opened;
        return 0;
    }

    /// <summary>
    /// The next message, if one waits: its bytes (of the kernel only), 0 when none waits, or the negated error number; ENOBUFS
    /// when events were lost.
    /// </summary>
    public int Receive(Span<byte> buffer)
    {
        fixed (byte* at = buffer)
        {
            while (true)
            {
                NetlinkAddress sender = default;
                uint length = (uint)sizeof(NetlinkAddress);
                nint received = Libc.ReceiveFrom((int)handle, at, (nuint)buffer.Length, 0, &sender, &length);
                if (received >= 0)
                {
                    // Any process may send to a netlink address; only the kernel's is 0.
                    if (sender.Port != 0)
                    {
                        continue;
                    }

                    return (int)received;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return error == Errno.EAGAIN ? 0 : -error;
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    private int Listen()
    {
        int bytes = ReceiveBufferBytes;

        // Without the right to force it the default buffer remains: more events are lost in storms, which is noticed and made up for.
        Libc.SetSocketOption((int)handle, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(int));
        NetlinkAddress address = new() { Family = AF_NETLINK, Groups = CN_IDX_PROC };
        if (Libc.Bind((int)handle, &address, (uint)sizeof(NetlinkAddress)) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        Subscription request = new()
        {
            Length = (uint)sizeof(Subscription),
            Type = NLMSG_DONE,
            Index = CN_IDX_PROC,
            Value = CN_VAL_PROC,
            DataLength = sizeof(uint),
            Operation = PROC_CN_MCAST_LISTEN,
        };
        return Libc.Send((int)handle, &request, (nuint)sizeof(Subscription), 0) == sizeof(Subscription) ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }

    /// <summary>struct nlmsghdr, struct cn_msg and enum proc_cn_mcast_op, one after another.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Subscription
    {
        public uint Length;
        public ushort Type;
        public ushort HeaderFlags;
        public uint HeaderSequence;
        public uint Port;
        public uint Index;
        public uint Value;
        public uint Sequence;
        public uint Acknowledge;
        public ushort DataLength;
        public ushort Flags;
        public uint Operation;
    }
}
