using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Terrace.Linux.Interop;

/// <summary>What the kernel vouches for of who connected, by one call (unix(7), SO_PEERCRED).</summary>
/// <param name="Pid">Its process; 0 when that has no number where the daemon runs.</param>
/// <param name="UserId">Its effective user.</param>
/// <param name="GroupId">Its effective group.</param>
public readonly record struct PeerCredentials(int Pid, uint UserId, uint GroupId)
{
    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int SO_PEERGROUPS = 59;

    /// <summary>More groups than this count as none.</summary>
    private const int MaxGroups = 1024;

    /// <summary>Asks the kernel; null when it does not say.</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        try
        {
            // struct ucred: process, user, group
            Span<byte> credentials = stackalloc byte[12];
            return socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) == credentials.Length
                ? new PeerCredentials(
                    BinaryPrimitives.ReadInt32LittleEndian(credentials),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]))
                : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Whether who connected has a group, as its own or as one more (SO_PEERGROUPS); false when the kernel does not say.</summary>
    public bool HasGroup(Socket socket, uint group)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (GroupId == group)
        {
            return true;
        }

        try
        {
            Span<uint> groups = stackalloc uint[MaxGroups];
            int bytes = socket.GetRawSocketOption(SOL_SOCKET, SO_PEERGROUPS, MemoryMarshal.AsBytes(groups));
            return groups[..(bytes / sizeof(uint))].Contains(group);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
