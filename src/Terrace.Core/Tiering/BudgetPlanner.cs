using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;

namespace Terrace.Core.Tiering;

/// <summary>Says how much of the fast tier a target may have: divides it among groups by their terms, then each group's part among its processes by heat.</summary>
internal sealed class BudgetPlanner(IMachine machine, FastRoom room)
{
    /// <summary>
    /// A process's part stays as it is while a new division would change no part in its group by more than one in so many of the group's: heat
    /// is measured, so that parts of equal claims differ a little from round to round, and pages would move to and fro for it.
    /// </summary>
    private const int Tolerance = 50;

    private readonly List<TieringGroup> _groups = [];
    private readonly List<TieringTarget> _members = [];
    private readonly List<FastClaim> _claims = [];
    private long[] _budgets = new long[8];
    private long _divisions;

    /// <summary>The target's part of the fast tier in pages, given what every target holds and wants and what is free.</summary>
    public long BudgetOf(TieringTarget target, List<TieringTarget> targets)
    {
        if (machine.Topology.Tiers.Count == 0)
        {
            return 0;
        }

        DivideAmongGroups(targets);
        DivideWithin(target.Group, targets);
        return target.BudgetPages;
    }

    private void DivideAmongGroups(List<TieringTarget> targets)
    {
        _groups.Clear();
        _claims.Clear();
        _divisions++;
        int fast = machine.Places.InTier(0);
        long capacity = room.PagesIn(0);
        foreach (TieringTarget target in targets)
        {
            TieringGroup group = target.Group;
            if (group.Division != _divisions)
            {
                group.Division = _divisions;
                group.Histogram.Clear();
                _groups.Add(group);
            }

            group.Histogram.Add(target.Histogram);
            capacity += target.Histogram.TotalIn(fast);
        }

        foreach (TieringGroup group in _groups)
        {
            _claims.Add(new FastClaim(group.Share, group.Histogram, group.Terms));
        }

        Divide(capacity);
        for (int i = 0; i < _groups.Count; i++)
        {
            _groups[i].BudgetPages = _budgets[i];
        }
    }

    private void DivideWithin(TieringGroup group, List<TieringTarget> targets)
    {
        _members.Clear();
        _claims.Clear();
        foreach (TieringTarget target in targets)
        {
            if (target.Group == group)
            {
                _members.Add(target);
                _claims.Add(new FastClaim(FastShare.Auto, target.Histogram));
            }
        }

        if (_members.Count == 1)
        {
            _members[0].BudgetPages = group.BudgetPages;
            return;
        }

        Divide(group.BudgetPages);
        if (!IsSteady(group.BudgetPages))
        {
            for (int i = 0; i < _members.Count; i++)
            {
                _members[i].BudgetPages = _budgets[i];
            }
        }
    }

    /// <summary>True when the parts as they are still hold and the new ones differ only by what chance can make.</summary>
    private bool IsSteady(long groupBudget)
    {
        long tolerance = groupBudget / Tolerance;
        long sum = 0;
        for (int i = 0; i < _members.Count; i++)
        {
            long now = _members[i].BudgetPages;
            sum += now;
            if (Math.Abs(now - _budgets[i]) > tolerance || now > _claims[i].Pages)
            {
                return false;
            }
        }

        // All but a quarter of a per cent of the group's part must be given out, or its share is missed by more than it may.
        return sum <= groupBudget && groupBudget - sum <= groupBudget / 400;
    }

    private void Divide(long capacity)
    {
        if (_budgets.Length < _claims.Count)
        {
            _budgets = new long[_claims.Count * 2];
        }

        FastBudget.Divide(CollectionsMarshal.AsSpan(_claims), capacity, _budgets);
    }
}
