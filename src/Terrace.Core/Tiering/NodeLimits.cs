using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;

namespace Terrace.Core.Tiering;

/// <summary>
/// Keeps what is divided within the nodes that each claimant may use: memory of one socket is of no use to a process that its cpuset
/// binds to the other. Where all may use all fast nodes, or there is only one, it does nothing.
/// </summary>
internal sealed class NodeLimits(IMachine machine, FastRoom room)
{
    private readonly long[] _pages = new long[PlaceMap.MaxPlaces];
    private readonly List<int> _kinds = [];
    private readonly List<FastClaim> _some = [];
    private readonly List<int> _whose = [];
    private long[] _budgets = new long[8];

    /// <summary>Begins to count what fast places can hold: what is free there.</summary>
    public void Begin()
    {
        for (int place = 0; place < machine.Places.Count; place++)
        {
            _pages[place] = 0;
            IReadOnlyList<int> nodes = machine.Places.NodesOf(place);
            for (int i = 0; i < nodes.Count && IsFast(place); i++)
            {
                _pages[place] += room.PagesOn(nodes[i]);
            }
        }
    }

    /// <summary>
    /// Adds what a target has there: by its histogram, and what was moved since that was made, which what is free says already.
    /// </summary>
    public void AddHeld(HeatHistogram histogram, ReadOnlySpan<long> movedInto)
    {
        for (int left = machine.Places.InTier(0); left != 0; left &= left - 1)
        {
            int place = BitOperations.TrailingZeroCount(left);
            _pages[place] += histogram.TotalIn(left & -left) + movedInto[place];
        }
    }

    /// <summary>Pages that the fast places of a bit mask can hold. One that others fill takes nothing from the rest.</summary>
    public long CapacityOf(int places)
    {
        long pages = 0;
        for (int left = places & machine.Places.InTier(0); left != 0; left &= left - 1)
        {
            pages += Math.Max(0, _pages[BitOperations.TrailingZeroCount(left)]);
        }

        return pages;
    }

    /// <summary>Bit mask of the fast places that a process may use.</summary>
    public int UsableBy(IManagedProcess process)
    {
        int fast = machine.Places.InTier(0);
        if (BitOperations.IsPow2(fast))
        {
            return fast;
        }

        int usable = 0;
        for (int left = fast; left != 0; left &= left - 1)
        {
            IReadOnlyList<int> nodes = machine.Places.NodesOf(BitOperations.TrailingZeroCount(left));
            for (int i = 0; i < nodes.Count; i++)
            {
                usable |= process.MayUse(nodes[i]) ? left & -left : 0;
            }
        }

        return usable;
    }

    /// <summary>
    /// Limits claims to what the places that they may use can give: of those that are bound to the same places, or to some of them,
    /// none gets more than a division of these places among them alone would give it.
    /// </summary>
    /// <param name="claims">The claims.</param>
    /// <param name="usable">The fast places that each may use.</param>
    /// <param name="total">What is divided among all.</param>
    public void Limit(List<FastClaim> claims, List<int> usable, long total)
    {
        int fast = machine.Places.InTier(0);
        _kinds.Clear();
        for (int i = 0; i < usable.Count; i++)
        {
            if (usable[i] != fast && !_kinds.Contains(usable[i]))
            {
                _kinds.Add(usable[i]);
            }
        }

        // Those that are bound the most come first: what they get bounds them among those that are bound less.
        _kinds.Sort(static (a, b) => BitOperations.PopCount((uint)a).CompareTo(BitOperations.PopCount((uint)b)));
        for (int kind = 0; kind < _kinds.Count; kind++)
        {
            _some.Clear();
            _whose.Clear();
            for (int i = 0; i < claims.Count; i++)
            {
                if ((usable[i] & ~_kinds[kind]) == 0)
                {
                    _some.Add(claims[i]);
                    _whose.Add(i);
                }
            }

            if (_budgets.Length < _some.Count)
            {
                _budgets = new long[_some.Count * 2];
            }

            FastBudget.Divide(CollectionsMarshal.AsSpan(_some), Math.Min(total, CapacityOf(_kinds[kind])), _budgets);
            for (int i = 0; i < _some.Count; i++)
            {
                claims[_whose[i]] = _some[i] with { MostPages = Math.Min(_some[i].MostPages, _budgets[i]) };
            }
        }
    }

    private bool IsFast(int place) => (machine.Places.InTier(0) & (1 << place)) != 0;
}
