using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Tests.Migration;

/// <summary>
/// Answers as do_pages_move of mm/migrate.c does: pages are queued until one cannot be; its status is stored, then the queue is
/// migrated; when some of the queue stay, no status of it is stored and the call stops.
/// </summary>
internal sealed class FakeMovePages : IMovePagesCall
{
    public Dictionary<ulong, int> NodeOf { get; } = [];

    /// <summary>Pages that cannot be queued, with why.</summary>
    public Dictionary<ulong, int> Refused { get; } = [];

    /// <summary>Pages that are queued and then do not migrate.</summary>
    public HashSet<ulong> Stuck { get; } = [];

    /// <summary>Aligned pages that move together where they are on one node; 1 for single pages.</summary>
    public int FolioPages { get; set; } = 1;

    /// <summary>Folios that were split, by the address of a page.</summary>
    public HashSet<ulong> Split { get; } = [];

    public int Room { get; set; } = int.MaxValue;

    public int Calls { get; private set; }

    public int WholeCallError { get; set; }

    public bool RefuseMoveAll { get; set; }

    /// <summary>Pages that look gone until they are touched.</summary>
    public HashSet<ulong> Hinting { get; } = [];

    public bool HintingPagesLookGone => Hinting.Count > 0;

    public int Move(int pid, ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags)
    {
        Calls++;
        if (RefuseMoveAll && (flags & MovePages.MPOL_MF_MOVE_ALL) != 0)
        {
            return -Errno.EPERM;
        }

        if (WholeCallError != 0)
        {
            return -WholeCallError;
        }

        int target = targetNodes.IsEmpty ? 0 : targetNodes[0];
        List<int> queue = [];
        for (int i = 0; i < addresses.Length; i++)
        {
            int error = Refused.GetValueOrDefault(
                addresses[i], NodeOf.ContainsKey(addresses[i]) && !Hinting.Contains(addresses[i]) ? 0 : -Errno.ENOENT);
            ulong folio = FolioOf(addresses[i])[0];
            foreach (int queued in queue)
            {
                // It is off its list already (folio_isolate_lru).
                error = error == 0 && FolioOf(addresses[queued])[0] == folio ? -Errno.EBUSY : error;
            }

            if (error == 0 && NodeOf[addresses[i]] != target)
            {
                queue.Add(i);
                continue;
            }

            status[i] = error != 0 ? error : target;
            int left = Flush(queue, addresses, target, status);
            if (left != 0)
            {
                return left < 0 ? left : left + addresses.Length - i - 1;
            }
        }

        return Flush(queue, addresses, target, status);
    }

    public int Query(int pid, ReadOnlySpan<ulong> addresses, Span<int> nodes)
    {
        for (int i = 0; i < addresses.Length; i++)
        {
            nodes[i] = Hinting.Contains(addresses[i]) ? -Errno.ENOENT : NodeOf.GetValueOrDefault(addresses[i], -Errno.ENOENT);
        }

        return 0;
    }

    public int Touch(int pid, ReadOnlySpan<ulong> addresses)
    {
        foreach (ulong address in addresses)
        {
            Hinting.Remove(address);
        }

        return addresses.Length;
    }

    /// <summary>All pages that move with one.</summary>
    private ulong[] FolioOf(ulong address)
    {
        ulong bytes = (ulong)FolioPages << 12;
        ulong first = address / bytes * bytes;
        return FolioPages == 1 || Split.Contains(first)
            ? [address]
            : [.. Enumerable.Range(0, FolioPages).Select(page => first + ((ulong)page << 12))];
    }

    private int Flush(List<int> queue, ReadOnlySpan<ulong> addresses, int target, Span<int> status)
    {
        int left = 0;
        foreach (int i in queue)
        {
            if (Stuck.Contains(addresses[i]))
            {
                left++;
            }
            else if (Room-- <= 0)
            {
                return -Errno.ENOMEM;
            }
            else
            {
                foreach (ulong page in FolioOf(addresses[i]))
                {
                    NodeOf[page] = target;
                }
            }
        }

        if (left == 0)
        {
            foreach (int i in queue)
            {
                status[i] = target;
            }
        }

        queue.Clear();
        return left;
    }
}
