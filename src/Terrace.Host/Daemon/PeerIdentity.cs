using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Who is at the other end of a Unix socket, as the kernel vouches for it (unix(7), SO_PEERCRED and SO_PEERGROUPS), and from where.
/// <para>
/// A number of a user or group means something only where it was given out: root of a container has number 0 too, and so has whoever made
/// himself a group in an image. So rights beyond one's own processes need all of these, and what cannot be told counts as not fulfilled:
/// the daemon's user namespace, because numbers and capabilities hold in one; its PID namespace, which every container has of its own
/// unless the host's is asked for; and its root folder, or that of its first process, because a container with the host's PID namespace
/// still has files of its own. Not the mount namespace itself: systemd makes a new one for each command of a unit with ProtectSystem= or
/// PrivateTmp=, its own ExecReload= among them, with the same root folder.
/// </para>
/// </summary>
/// <param name="UserId">Its effective user when it connected.</param>
/// <param name="MayChange">True for root and for members of the group terrace of this host; others may look at their own processes.</param>
internal sealed record PeerIdentity(uint UserId, bool MayChange) : IDisposable
{
    /// <summary>Members of this group may do all that root may.</summary>
    public const string Group = "terrace";

    private const int SOL_SOCKET = 1;
    private const int SO_PEERPIDFD = 77;

    private const int ENOPROTOOPT = 92;

    private readonly string _user = UserId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Its effective group when it connected.</summary>
    public uint GroupId { get; init; }

    /// <summary>The process that connected, pinned; null when it had exited, or has no number where the daemon runs.</summary>
    public PidFd? Process { get; init; }

    /// <summary>Where it ran when it connected; null when that could not be told.</summary>
    public ProcessPlace? Place { get; init; }

    /// <summary>
    /// True when the peer may see a process of a user: all of its own user, if it is in the daemon's namespaces, which contain all others
    /// that the daemon knows of; from elsewhere those of the very same namespaces.
    /// </summary>
    /// <param name="userId">The effective user of the process.</param>
    /// <param name="place">Where the process runs; asked for only if need be.</param>
    public bool MaySee(string? userId, Func<ProcessPlace?> place) =>
        MayChange || (userId == _user && Place is { } own && (own == ProcessPlace.OfThis || own == place()));

    /// <summary>True when the peer may see a managed process.</summary>
    public bool MaySee(ManagedTarget? target) => target is not null && MaySee(target.Identity.UserId, () => target.Place);

    /// <summary>Asks the kernel about who has these credentials.</summary>
    public static PeerIdentity Of(Socket socket, PeerCredentials credentials, GroupFile group)
    {
        PidFd? process = ProcessOf(socket, credentials.Pid);
        ProcessPlace? place = process is null ? null : ProcessPlace.Of(process.Pid);
        bool mayChange = process is not null
            && place is not null
            && place == ProcessPlace.OfThis
            && (credentials.UserId == 0 || (group.Number is { } number && credentials.HasGroup(socket, number)))
            && HasThisRoot(process.Pid);
        if (process is { IsAlive: false })
        {
            // What was read may be another's, with the same number.
            (place, mayChange) = (null, false);
        }

        return new PeerIdentity(credentials.UserId, mayChange) { GroupId = credentials.GroupId, Process = process, Place = place };
    }

    /// <inheritdoc/>
    public void Dispose() => Process?.Dispose();

    private static bool HasThisRoot(int pid)
    {
        string process = pid.ToString(CultureInfo.InvariantCulture);
        return ProcessPlace.ShareRoot(process, "self") || ProcessPlace.ShareRoot(process, "1");
    }

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
}
