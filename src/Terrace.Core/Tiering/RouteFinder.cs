using Terrace.Core.Machine;
using Terrace.Core.Placement;

namespace Terrace.Core.Tiering;

/// <summary>
/// Says where pages of each place go across a tier boundary: to nodes that the process may use, the nearest first. Down, the nodes of the
/// tiers below that follow stand in when all of the next tier are full; up, only the tier above the boundary will do.
/// </summary>
internal sealed class RouteFinder(IMachine machine)
{
    private readonly MoveRoute[] _down = Enumerable.Range(0, PlaceMap.MaxPlaces).Select(_ => MoveRoute.None).ToArray();
    private readonly MoveRoute[] _up = Enumerable.Range(0, PlaceMap.MaxPlaces).Select(_ => MoveRoute.None).ToArray();

    /// <summary>Where pages of each place above the boundary go, by place.</summary>
    public ReadOnlySpan<MoveRoute> Down => _down;

    /// <summary>Where pages of each place below the boundary go, by place.</summary>
    public ReadOnlySpan<MoveRoute> Up => _up;

    /// <summary>Finds the routes of a process across the boundary below a tier.</summary>
    public void Find(IManagedProcess process, int tier)
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
            }
        }
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
