using Terrace.Core.Machine;
using Terrace.Core.Placement;

namespace Terrace.Core.Tiering;

/// <summary>
/// Says where pages of each place go across a tier boundary, to nodes that the process may use. Down, to those nearest to the page; the
/// tiers below that follow stand in when all of the next tier are full. Up, to those nearest to the CPUs that the process runs on,
/// of which the nearest to the page come first; only the tier above the boundary will do.
/// </summary>
internal sealed class RouteFinder(IMachine machine)
{
    /// <summary>
    /// Nodes that are at most one part in N farther from the process than the nearest are as near: threads that run everywhere make
    /// no node better than another.
    /// </summary>
    private const int Tolerance = 10;

    /// <summary>What a distance that the machine does not state counts as: the largest that ACPI has.</summary>
    private const int Farthest = 255;

    private readonly long[] _costs = new long[MoveRoute.MostNodes];
    private readonly int[] _sorted = new int[MoveRoute.MostNodes];
    private readonly MoveRoute[] _down = Enumerable.Range(0, PlaceMap.MaxPlaces).Select(_ => MoveRoute.None).ToArray();
    private readonly MoveRoute[] _up = Enumerable.Range(0, PlaceMap.MaxPlaces).Select(_ => MoveRoute.None).ToArray();

    /// <summary>Where pages of each place above the boundary go, by place.</summary>
    public ReadOnlySpan<MoveRoute> Down => _down;

    /// <summary>Where pages of each place below the boundary go, by place.</summary>
    public ReadOnlySpan<MoveRoute> Up => _up;

    /// <summary>True when it matters where a process runs: a tier that pages come up to has several nodes.</summary>
    public bool AsksForHomes
    {
        get
        {
            IReadOnlyList<IReadOnlyList<int>> tiers = machine.Topology.Tiers;
            for (int tier = 0; tier + 1 < tiers.Count; tier++)
            {
                if (tiers[tier].Count > 1)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Finds the routes of a process, which runs on some nodes, across the boundary below a tier.</summary>
    public void Find(IManagedProcess process, IReadOnlyList<HomeNode> homes, int tier)
    {
        for (int place = 0; place < PlaceMap.MaxPlaces; place++)
        {
            _down[place].Reset(tier);
            _up[place].Reset(tier);
            if (place >= machine.Places.Count)
            {
                continue;
            }

            // Nodes that share a place are of one tier: what is below one is below all.
            int node = machine.Places.NodesOf(place)[0];
            if (machine.Places.TierOf(place) == tier)
            {
                AddTo(_down[place], process, machine.Topology.DemotionTargetsOf(node));
            }
            else if (machine.Places.TierOf(place) > tier)
            {
                AddTo(_up[place], process, machine.Topology.PreferredIn(tier, node));
                SortByHomes(_up[place], homes);
            }
        }
    }

    /// <summary>Puts the nodes that are near where the process runs before the others; the order is otherwise kept.</summary>
    private void SortByHomes(MoveRoute route, IReadOnlyList<HomeNode> homes)
    {
        int count = route.Nodes.Length;
        if (homes.Count == 0 || count < 2)
        {
            return;
        }

        long best = long.MaxValue;
        for (int i = 0; i < count; i++)
        {
            _costs[i] = CostOf(route.Nodes[i], homes);
            best = Math.Min(best, _costs[i]);
        }

        // By insertion, which keeps the order of equals: they are few.
        for (int i = 0; i < count; i++)
        {
            long cost = _costs[i] = _costs[i] <= best + (best / Tolerance) ? best : _costs[i];
            int node = route.Nodes[i];
            int at = i;
            for (; at > 0 && _costs[at - 1] > cost; at--)
            {
                _costs[at] = _costs[at - 1];
                _sorted[at] = _sorted[at - 1];
            }

            _costs[at] = cost;
            _sorted[at] = node;
        }

        route.Reset(route.UpperTier);
        for (int i = 0; i < count; i++)
        {
            route.Add(_sorted[i]);
        }
    }

    private long CostOf(int node, IReadOnlyList<HomeNode> homes)
    {
        long cost = 0;
        for (int i = 0; i < homes.Count; i++)
        {
            cost += homes[i].Weight * Math.Min(machine.Topology.Distance(homes[i].Node, node), Farthest);
        }

        return cost;
    }

    private static void AddTo(MoveRoute route, IManagedProcess process, IReadOnlyList<int> nodes)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            if (process.MayUse(nodes[i]))
            {
                route.Add(nodes[i]);
            }
        }
    }
}
