using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// Says how much of the fast tier a target may have: divides it among groups by their terms, then each group's part among its
/// processes' areas that have
/// shares of their own, and what is left among its processes by heat.
/// </summary>
internal sealed class BudgetPlanner(IMachine machine, FastRoom room, TimeProvider time)
{
    /// <summary>
    /// A process's part of its group's stays as it is while a new division would change it by less than one part in N of the
    /// group's: heat is measured,
    /// so that parts of equal claims differ a little from round to round, and pages would move back and forth for it.
    /// </summary>
    private const int Tolerance = 20;

    /// <summary>How long a division must pull an automatic group the same way until its part follows, unless it is by much.</summary>
    private static readonly TimeSpan s_lasting = TimeSpan.FromSeconds(30);

    /// <summary>Changes larger than one part in N of the group's are not noise: they are made at once, smaller ones by halves.</summary>
    private const int Large = 5;

    /// <summary>
    /// An automatic target that has come together with others keeps what it has until these have been counted too, or for this number
    /// of rounds: before that nobody knows what there is to divide.
    /// </summary>
    private const int NewRounds = 3;

    private readonly List<TieringGroup> _groups = [];
    private readonly List<TargetPart> _members = [];
    private readonly List<FastClaim> _claims = [];
    private readonly List<int> _usable = [];
    private readonly NodeLimits _limits = new(machine, room);
    private long[] _budgets = new long[8];
    private long[] _before = new long[8];
    private long[] _divided = new long[8];
    private double[] _tolerances = new double[8];
    private double[] _room = new double[8];
    private long _divisions;
    private long _dividedAt;
    private TimeSpan _cost;

    /// <summary>
    /// What the target may have of the fast tier in pages, by a division that may be some time old: among thousands of targets one
    /// costs milliseconds, and is made so rarely for this that it takes at most one part in <paramref name="waits"/> of the time.
    /// A target that has come since the last one keeps what it has until the next.
    /// </summary>
    public long RecentBudgetOf(TieringTarget target, List<TieringTarget> targets, int waits)
    {
        TieringGroup group = target.Group;
        if (_divisions == 0 || time.GetElapsedTime(_dividedAt) >= _cost * waits)
        {
            return BudgetOf(target, targets);
        }

        if (!target.IsInDivision || group.Division != _divisions)
        {
            int fast = machine.Places.InTier(0);
            foreach (TargetPart part in target.Parts)
            {
                part.BudgetPages = part.Histogram.TotalIn(fast);
            }
        }
        else if (group.DivisionWithin != _divisions)
        {
            DivideWithin(group, target, targets);
        }

        KeepWhileNew(target, targets);
        return Sum(target);
    }

    /// <summary>
    /// Sets what each part of the target may have of the fast tier in pages, given what every target holds and wants and what is
    /// free; returns their sum.
    /// </summary>
    public long BudgetOf(TieringTarget target, List<TieringTarget> targets)
    {
        if (machine.Topology.Tiers.Count == 0)
        {
            return 0;
        }

        long begun = time.GetTimestamp();
        DivideAmongGroups(targets);
        DivideWithin(target.Group, target, targets);
        _dividedAt = time.GetTimestamp();
        _cost = time.GetElapsedTime(begun, _dividedAt);
        KeepWhileNew(target, targets);
        return Sum(target);
    }

    private void KeepWhileNew(TieringTarget target, List<TieringTarget> targets)
    {
        bool othersAreUnknown = target.Rounds <= NewRounds && target.Group.Share.IsAuto && AnyIsUnknown(targets);
        target.KeepsWhileNew = othersAreUnknown;
        if (!target.Group.Share.IsAuto || (target.Rounds > 1 && !othersAreUnknown))
        {
            return;
        }

        // One round alone does not tell what is cold.
        int fast = machine.Places.InTier(0);
        foreach (TargetPart part in target.Parts)
        {
            long held = part.Histogram.TotalIn(fast);
            part.BudgetPages = part.Area is not null ? part.BudgetPages
                : othersAreUnknown ? held
                : Math.Max(part.BudgetPages, held);
        }
    }

    private static bool AnyIsUnknown(List<TieringTarget> targets)
    {
        for (int i = 0; i < targets.Count; i++)
        {
            if (targets[i].Rounds == 0 && !targets[i].Group.IsPaused)
            {
                return true;
            }
        }

        return false;
    }

    private static long Sum(TieringTarget target)
    {
        long pages = 0;
        foreach (TargetPart part in target.Parts)
        {
            pages += part.BudgetPages;
        }

        return pages;
    }

    private void DivideAmongGroups(List<TieringTarget> targets)
    {
        _groups.Clear();
        _claims.Clear();
        _usable.Clear();
        _divisions++;
        _limits.Begin();
        foreach (TieringTarget target in targets)
        {
            TieringGroup group = target.Group;
            if (group.Division != _divisions)
            {
                group.Division = _divisions;
                group.Members = 0;
                group.UsablePlaces = 0;
                group.Histogram.Clear();
                group.Rates.Clear();
                _groups.Add(group);
            }

            group.Members++;
            group.UsablePlaces |= _limits.UsableBy(target.Process);

            // Before its first round nothing is known of its pages: what it got for them is no part.
            target.IsInDivision |= target.Rounds > 0;
            group.Histogram.Add(target.Histogram);
            for (int i = 0; i < target.Parts.Count; i++)
            {
                group.Rates.Add(target.Parts[i].Rates);
            }

            _limits.AddHeld(target.Histogram, target.Heat.MovedInto);
        }

        foreach (TieringGroup group in _groups)
        {
            _claims.Add(new FastClaim(group.Share, group.Rates, group.Terms));
            _usable.Add(group.UsablePlaces);
        }

        Divide(_limits.CapacityOf(machine.Places.InTier(0)));
        HoldSteady();
        for (int i = 0; i < _groups.Count; i++)
        {
            _groups[i].BudgetPages = _budgets[i];
        }
    }

    /// <summary>Leaves out changes that are small, or have not lasted.</summary>
    private void HoldSteady()
    {
        int count = _groups.Count;
        if (_before.Length < count)
        {
            (_before, _divided, _tolerances, _room) = (
                new long[_budgets.Length], new long[_budgets.Length], new double[_budgets.Length], new double[_budgets.Length]);
        }

        long now = time.GetTimestamp();
        for (int i = 0; i < count; i++)
        {
            _before[i] = _groups[i].BudgetPages;
            _divided[i] = _budgets[i];
            bool lasts = _groups[i].PulledSince is { } since && time.GetElapsedTime(since, now) >= s_lasting;
            _tolerances[i] = lasts ? SteadyBudgets.Little : SteadyBudgets.NotLasting;
        }

        SteadyBudgets.Hold(
            CollectionsMarshal.AsSpan(_claims),
            _before.AsSpan(0, count),
            _tolerances.AsSpan(0, count),
            _budgets.AsSpan(0, count),
            _room.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            _groups[i].NotePull(_divided[i] - _budgets[i], (long)(_divided[i] * SteadyBudgets.Little), now);
        }
    }

    private void DivideWithin(TieringGroup group, TieringTarget asks, List<TieringTarget> targets)
    {
        group.DivisionWithin = _divisions;
        if (group.Members == 1 && asks.Parts.Count == 1)
        {
            asks.Parts[0].BudgetPages = group.BudgetPages;
            return;
        }

        _members.Clear();
        _claims.Clear();
        _usable.Clear();
        foreach (TieringTarget target in targets)
        {
            if (target.Group == group)
            {
                foreach (TargetPart part in target.Parts)
                {
                    _members.Add(part);
                    _claims.Add(new FastClaim(part.Area?.Share ?? FastShare.Auto, part.Rates));
                    _usable.Add(_limits.UsableBy(target.Process));
                }
            }
        }

        if (_members.Count == 1)
        {
            _members[0].BudgetPages = group.BudgetPages;
            return;
        }

        Divide(group.BudgetPages);
        long before = 0;
        long left = group.BudgetPages;
        for (int i = 0; i < _members.Count; i++)
        {
            if (_members[i].Area is null)
            {
                before += _members[i].BudgetPages;
            }
            else
            {
                // A share that was asked for does not follow chance.
                _members[i].BudgetPages = _budgets[i];
                left -= _budgets[i];
            }
        }

        for (int i = 0; i < _members.Count; i++)
        {
            if (_members[i].Area is null)
            {
                _members[i].BudgetPages = Next(_members[i].BudgetPages, before, _budgets[i], left, _claims[i].Pages);
            }
        }
    }

    /// <summary>
    /// A member's next part: what it had, scaled to what the group has now, and from there towards the new division, but not for a
    /// small difference. A member that had nothing yet takes its part at once.
    /// </summary>
    private static long Next(long part, long parts, long divided, long group, long pages)
    {
        if (part == 0)
        {
            return divided;
        }

        long scaled = (long)((Int128)part * group / parts);
        long difference = divided - scaled;
        long size = Math.Abs(difference);
        long next = size <= group / Tolerance ? scaled : size <= group / Large ? scaled + (difference / 2) : divided;
        return Math.Clamp(next, 0, pages);
    }

    private void Divide(long capacity)
    {
        if (_budgets.Length < _claims.Count)
        {
            _budgets = new long[_claims.Count * 2];
        }

        _limits.Limit(_claims, _usable, capacity);
        FastBudget.Divide(CollectionsMarshal.AsSpan(_claims), capacity, _budgets);
    }
}
