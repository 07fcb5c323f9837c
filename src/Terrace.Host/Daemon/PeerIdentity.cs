using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Terrace.Linux.Interop;

namespace Terrace.Host.Daemon;

/// <summary>Who is at the other end of a Unix socket, as the kernel vouches for it (unix(7), SO_PEERCRED and SO_PEERGROUPS).</summary>
/// <param name="UserId">Its effective user when it connected.</param>
/// <param name="MayChange">True for root and for members of the group terrace; others may look at their own processes.</param>
internal sealed record PeerIdentity(uint UserId, bool MayChange) : IDisposable
{
    /// <summary>Members of this group may do all that root may.</summary>
    public const string Group = "terrace";

    private const int SOL_SOCKET = 1;
    private const int SO_PEERCRED = 17;
    private const int SO_PEERGROUPS = 59;
    private const int SO_PEERPIDFD = 77;

    private const int ENOPROTOOPT = 92;

    /// <summary>More groups than this count as none.</summary>
    private const int MaxGroups = 1024;

    /// <summary>The process that connected, pinned; null when it had exited, or has no number where the daemon runs.</summary>
    public PidFd? Process { get; init; }

    /// <summary>True when the peer may see a process of a user.</summary>
    public bool MaySee(string? userId) => MayChange || userId == UserId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Asks the kernel; null when it does not say.</summary>
    public static PeerIdentity? Of(Socket socket)
    {
        try
        {
            // struct ucred: process, user, group
            Span<byte> credentials = stackalloc byte[12];
            if (socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, credentials) != credentials.Length)
            {
                return null;
            }

            int pid = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            uint user = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
            uint group = BinaryPrimitives.ReadUInt32LittleEndian(credentials[8..]);
            bool mayChange = user == 0 || (GroupNumber() is { } terrace && (group == terrace || IsMember(socket, terrace)));
            return new PeerIdentity(user, mayChange) { Process = ProcessOf(socket, pid) };
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Process?.Dispose();

    private static PidFd? ProcessOf(Socket socket, int pid)
    {
        if (pid <= 0)
        {
            return null;
        }

        try
        {
            // Of the very process that connected, whatever became of its number since.
            Span<byte> descriptor = stackalloc byte[sizeof(int)];
            return socket.GetRawSocketOption(SOL_SOCKET, SO_PEERPIDFD, descriptor) == descriptor.Length
                ? PidFd.Adopt(BinaryPrimitives.ReadInt32LittleEndian(descriptor), pid)
                : null;
        }
        catch (SocketException refused) when (refused.NativeErrorCode == ENOPROTOOPT)
        {
            // Before Linux 6.5 the number must do, at once: between connecting and now it can hardly have become another's.
            return PidFd.TryOpen(pid, out PidFd? opened) == 0 ? opened : null;
        }
        catch (SocketException)
        {
            // It has exited.
            return null;
        }
    }

    private static bool IsMember(Socket socket, uint group)
    {
        try
        {
            uint[] groups = new uint[MaxGroups];
            int bytes = socket.GetRawSocketOption(SOL_SOCKET, SO_PEERGROUPS, MemoryMarshal.AsBytes(groups.AsSpan()));
            return groups.AsSpan(0, bytes / sizeof(uint)).Contains(group);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static uint? GroupNumber()
    {
        try
        {
            foreach (string line in File.ReadLines("/etc/group"))
            {
                string[] fields = line.Split(':');
                if (
                    fields.Length > 2
                        && fields[0] == Group
                        && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
                {
                    return number;
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without the file there are no members.
        }

        return null;
    }
}
