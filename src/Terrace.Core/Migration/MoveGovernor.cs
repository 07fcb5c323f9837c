using Terrace.Core.Machine;

namespace Terrace.Core.Migration;

/// <summary>
/// Holds moves back while memory or CPUs are scarce, on the machine or for the target, while fast memory is nearly used up, and
/// while moves fail.
/// <code>
/// scarce         pages up   pages down
/// memory         held       only what frees fast memory
/// CPUs           held       held; but when fast memory is low, what frees it
/// fast memory    held       only what frees it
/// moves fail     slower     slower
/// </code>
/// Before anything is held it becomes slower (<see cref="Restraint"/>). No target is held for longer than
/// <see cref="BackOffOptions.MaxHold"/> at a stretch: then it may move at the lowest rate for some seconds, at most four of those
/// that wait at a time.
/// </summary>
public sealed class MoveGovernor(IMachine machine, BackOffOptions options, TokenBucket common, TimeProvider time)
{
    /// <summary>How long a target that was held for the longest time may move a little.</summary>
    private static readonly TimeSpan s_trickle = TimeSpan.FromSeconds(10);

    /// <summary>Fewer moves than this say nothing of how many fail.</summary>
    private const long FewMoves = 64;

    /// <summary>Until when each of those that may move a little at the same time may do so: a quarter of the rate together.</summary>
    private readonly long[] _tricklesUntil = [long.MinValue, long.MinValue, long.MinValue, long.MinValue];

    private readonly Restraint _memory = new();
    private readonly Restraint _cpu = new();
    private long? _lookedAt;
    private bool _fastIsLow;

    /// <summary>Says what a target may move now. Cheap: pressures are read every two seconds.</summary>
    public MoveAllowance Judge(TargetRestraint target, IPressureGauge? gauge)
    {
        ArgumentNullException.ThrowIfNull(target);
        long now = time.GetTimestamp();
        LookAtMachine(now);
        LookAt(target, gauge, now);
        LookAtFastMemory();
        double memory = Math.Min(_memory.Allowed, target.Memory.Allowed);
        double cpu = Math.Min(_cpu.Allowed, target.Cpu.Allowed);
        BackOffReasons reasons = ReasonsOf(target);
        bool promotions = memory > 0 && cpu > 0 && !_fastIsLow;

        // Want of memory is no reason to free fast memory more slowly.
        double pace = Math.Max(
            Restraint.Least, Math.Min(target.Failures.Allowed, Math.Min(promotions ? target.Memory.Allowed : 1, target.Cpu.Allowed)));
        if (promotions)
        {
            target.HeldSince = null;
            return new MoveAllowance(
                Math.Min(Math.Min(memory, cpu), target.Failures.Allowed),
                pace,
                Promotions: true,
                Demotions: true,
                OnlyToFree: false,
                reasons);
        }

        return MayTrickle(target, now)
            ? new MoveAllowance(Restraint.Least, Restraint.Least, Promotions: true, Demotions: true, OnlyToFree: false, reasons)
            : new MoveAllowance(0, pace, Promotions: false, Demotions: cpu > 0 || _fastIsLow, OnlyToFree: true, reasons);
    }

    /// <summary>Takes in what became of a round's moves.</summary>
    public void NoteRound(TargetRestraint target, MoveReport moves)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(moves);
        if (moves.Total >= FewMoves)
        {
            long failed = moves[MoveResult.Busy] + moves[MoveResult.NoMemory];
            target.Failures.UpdateByRound((double)failed / moves.Total, options.FailedMoves);
        }
    }

    private void LookAtMachine(long now)
    {
        if (machine.Pressure is not { } gauge || !IsDue(_lookedAt, now, out TimeSpan elapsed))
        {
            return;
        }

        _lookedAt = now;
        Pressure pressure = gauge.Read();
        _memory.Update(pressure.Memory ?? 0, options.HostMemory, elapsed);
        _cpu.Update(pressure.Cpu ?? 0, options.HostCpu, elapsed);
        common.Flow = Math.Max(Restraint.Least, Math.Min(_memory.Allowed > 0 ? _memory.Allowed : 1, _cpu.Allowed));
    }

    private void LookAt(TargetRestraint target, IPressureGauge? gauge, long now)
    {
        if (gauge is null || !IsDue(target.LookedAt, now, out TimeSpan elapsed))
        {
            return;
        }

        target.LookedAt = now;
        Pressure pressure = gauge.Read();
        target.Memory.Update(pressure.Memory ?? 0, options.TargetMemory, elapsed);
        target.Cpu.Update(pressure.Cpu ?? 0, options.TargetCpu, elapsed);
    }

    /// <summary>
    /// Fast memory is low when less than the low watermarks is available. Page cache does not make it low: the kernel drops that first.
    /// </summary>
    private void LookAtFastMemory()
    {
        long free = 0;
        long reserve = 0;
        if (machine.Topology.Tiers.Count > 0)
        {
            IReadOnlyList<int> nodes = machine.Topology.Tiers[0];
            for (int i = 0; i < nodes.Count; i++)
            {
                free += FastRoom.AvailableBytes(machine, nodes[i]);
                reserve += machine.ReserveBytes(nodes[i]);
            }
        }

        _fastIsLow = free < (_fastIsLow ? reserve : (long)(reserve * FastRoom.LowToHighWatermark));
    }

    private bool IsDue(long? before, long now, out TimeSpan elapsed)
    {
        elapsed = before is { } then ? time.GetElapsedTime(then, now) : Restraint.Interval;
        return elapsed >= Restraint.Interval;
    }

    private bool MayTrickle(TargetRestraint target, long now)
    {
        if (now < target.TrickleUntil)
        {
            return true;
        }

        target.HeldSince ??= now;
        int free = FreeTrickle(now);
        if (free < 0 || time.GetElapsedTime(target.HeldSince.Value, now) < options.MaxHold)
        {
            return false;
        }

        target.HeldSince = null;
        target.TrickleUntil = _tricklesUntil[free] = now + (long)(s_trickle.TotalSeconds * time.TimestampFrequency);
        return true;
    }

    private int FreeTrickle(long now)
    {
        int free = _tricklesUntil.Length - 1;
        while (free >= 0 && _tricklesUntil[free] > now)
        {
            free--;
        }

        return free;
    }

    private BackOffReasons ReasonsOf(TargetRestraint target) =>
        When(_memory, BackOffReasons.HostMemory)
        | When(_cpu, BackOffReasons.HostCpu)
        | When(target.Memory, BackOffReasons.TargetMemory)
        | When(target.Cpu, BackOffReasons.TargetCpu)
        | When(target.Failures, BackOffReasons.FailedMoves)
        | (_fastIsLow ? BackOffReasons.FastMemoryLow : BackOffReasons.None);

    private static BackOffReasons When(Restraint restraint, BackOffReasons reason) => restraint.Allowed < 1 ? reason : BackOffReasons.None;
}
