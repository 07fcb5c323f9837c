using System.Globalization;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Says whether the kernel itself would let a peer read /proc/PID/maps of a process (ptrace(2), "Ptrace access mode checking",
/// PTRACE_MODE_READ_FSCREDS), as far as that can be told from outside: addresses and what is accessed there are told to nobody else.
/// </summary>
internal static class MapsRight
{
    /// <summary>True for who may see everything, and where nothing forbids it; what cannot be told counts as forbidden.</summary>
    public static bool Has(PeerIdentity peer, int pid)
    {
        if (peer.MayChange)
        {
            return true;
        }

        // A process that is not dumpable belongs to root in /proc, so that of root's own nothing can be told: to root elsewhere, in a
        // container, no addresses.
        return peer is { UserId: not 0, Process: { IsAlive: true } process, Place: { } place }
            && ProcessCredentials.Of(process.Pid) is { } own
            && ProcessCredentials.Of(pid) is { } its
            && its.OneUserId == peer.UserId
            && its.OneGroupId == peer.GroupId

            // cap_ptrace_access_check in security/commoncap.c.
            && (its.Permitted & ~own.Permitted) == 0
            && ProcessPlace.Of(pid) is { } there
            && there.User == place.User
            && (place == ProcessPlace.OfThis || there == place)

            // task_dump_owner in fs/proc/base.c.
            && FileStatus.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps"), out FileStatus maps) == 0
            && maps.UserId == peer.UserId
            && process.IsAlive;
    }
}
