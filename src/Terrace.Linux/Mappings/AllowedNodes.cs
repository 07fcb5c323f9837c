using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The nodes that a process may have memory on: the line Mems_allowed_list of /proc/PID/status, which is its cpuset's
/// (cpuset(7)). move_pages(2) refuses others
/// (EACCES; do_pages_move, mm/migrate.c). Where the file cannot be read all nodes count as allowed.
/// </summary>
internal sealed class AllowedNodes
{
    private readonly LineFeed _status;
    private byte[] _text = [];
    private HashSet<int>? _nodes;

    private AllowedNodes(LineFeed status)
    {
        _status = status;
        Refresh();
    }

    /// <summary>
    /// Those of a process; <paramref name="statusPath"/> is /proc/PID/status, which is open only while it is read. The kernel no longer
    /// updates that of a first thread that has ended: <paramref name="calls"/> read another one's then.
    /// </summary>
    public static AllowedNodes Of(string statusPath, ProcessCalls? calls = null) => new(new LineFeed(statusPath, calls));

    /// <summary>True when memory may lie on the node.</summary>
    public bool Allows(int node) => _nodes is null || _nodes.Contains(node);

    /// <summary>True when nodes of at least two tiers are allowed, so that there is something to place.</summary>
    public bool AllowTwoTiers(Topology topology)
    {
        int tiers = 0;
        for (int tier = 0; tier < topology.Tiers.Count; tier++)
        {
            tiers += FirstIn(topology.Tiers[tier]) is not null ? 1 : 0;
        }

        return tiers > 1;
    }

    /// <summary>
    /// The node itself when it is allowed, else one of its tier, else one of the next tier below, else one of the next above;
    /// null when none is allowed or the
    /// node is in no tier.
    /// </summary>
    public int? ClosestTo(int node, Topology topology)
    {
        int tier = topology.TierOf(node);
        if (tier < 0 || Allows(node))
        {
            return tier < 0 ? null : node;
        }

        int? found = null;
        for (int below = tier; below < topology.Tiers.Count && found is null; below++)
        {
            found = FirstIn(topology.Tiers[below]);
        }

        for (int above = tier - 1; above >= 0 && found is null; above--)
        {
            found = FirstIn(topology.Tiers[above]);
        }

        return found;
    }

    /// <summary>Reads them again; true when they have changed.</summary>
    public bool Refresh()
    {
        bool changed = false;
        _status.Restart();
        while (_status.TryNext(out ReadOnlySpan<byte> line))
        {
            if (!line.StartsWith("Mems_allowed_list:"u8))
            {
                continue;
            }

            // A change is rare, and only a change makes garbage.
            changed = !line.SequenceEqual(_text);
            if (changed)
            {
                _text = line.ToArray();
                _nodes = IdList.TryParse(line["Mems_allowed_list:"u8.Length..], out List<int> nodes) ? [.. nodes] : null;
            }

            break;
        }

        _status.End();
        return changed;
    }

    private int? FirstIn(IReadOnlyList<int> nodes)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            if (Allows(nodes[i]))
            {
                return nodes[i];
            }
        }

        return null;
    }
}
