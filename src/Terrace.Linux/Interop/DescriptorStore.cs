using System.Runtime.InteropServices;
using System.Text;

namespace Terrace.Linux.Interop;

/// <summary>
/// Has the service manager keep open files for the service's next process, which gets them as <see cref="PassedDescriptors"/>
/// (FDSTORE=1 of sd_notify(3), SCM_RIGHTS of unix(7)).
/// </summary>
internal static unsafe class DescriptorStore
{
    private const int AF_UNIX = 1;
    private const int SOCK_DGRAM = 2;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;

    /// <summary>Gives a file to the manager, in place of what it keeps by the same name: 0, or the error number.</summary>
    /// <param name="manager">NOTIFY_SOCKET: a path, or an abstract name after an at sign.</param>
    /// <param name="name">What the next process is to know it by.</param>
    /// <param name="descriptor">The file; the caller may close it afterwards.</param>
    public static int Keep(string manager, string name, int descriptor)
    {
        int error = Send(manager, $"FDSTOREREMOVE=1\nFDNAME={name}", null);

        // Not watched: a file that can always be read would keep the manager busy (FDPOLL=, sd_notify(3)).
        return error != 0 ? error : Send(manager, $"FDSTORE=1\nFDPOLL=0\nFDNAME={name}", descriptor);
    }

    private static int Send(string manager, string text, int? descriptor)
    {
        byte[] path = Encoding.UTF8.GetBytes(manager);
        UnixAddress address = new() { Family = AF_UNIX };
        if (path.Length is 0 or >= UnixAddress.PathBytes)
        {
            return Errno.EINVAL;
        }

        path.CopyTo(new Span<byte>(address.Path, UnixAddress.PathBytes));
        if (path[0] == '@')
        {
            address.Path[0] = 0;
        }

        int socket = Libc.Socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            IoVector body = new() { Base = start, Length = (nuint)bytes.Length };
            Rights rights = new() { Length = (nuint)Rights.Bytes, Level = SOL_SOCKET, Kind = SCM_RIGHTS, Descriptor = descriptor ?? -1 };
            Message message = new()
            {
                Address = &address,
                AddressLength = (uint)(sizeof(ushort) + path.Length),
                Bodies = &body,
                BodyCount = 1,
                Control = descriptor is null ? null : &rights,
                ControlLength = descriptor is null ? 0 : (nuint)sizeof(Rights),
            };
            int error = Libc.SendMessage(socket, &message, 0) >= 0 ? 0 : Marshal.GetLastPInvokeError();
            Libc.Close(socket);
            return error;
        }
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public void* Address;
        public uint AddressLength;
        public IoVector* Bodies;
        public nuint BodyCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct sockaddr_un.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct UnixAddress
    {
        public const int PathBytes = 108;
        public ushort Family;
        public fixed byte Path[PathBytes];
    }

    /// <summary>struct cmsghdr with one descriptor, and what aligns the next one (CMSG_SPACE, cmsg(3)).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rights
    {
        /// <summary>CMSG_LEN of one descriptor.</summary>
        public const int Bytes = 20;
        public nuint Length;
        public int Level;
        public int Kind;
        public int Descriptor;
        public int Padding;
    }
}
