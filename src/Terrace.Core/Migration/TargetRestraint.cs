namespace Terrace.Core.Migration;

/// <summary>What holds one target's moves back; <see cref="MoveGovernor"/> keeps it up to date.</summary>
public sealed class TargetRestraint
{
    /// <summary>By memory pressure of its control group.</summary>
    internal Restraint Memory { get; } = new();

    /// <summary>By CPU pressure of its control group.</summary>
    internal Restraint Cpu { get; } = new();

    /// <summary>By moves that failed.</summary>
    internal Restraint Failures { get; } = new();

    /// <summary>Timestamp of the last look at its pressure; null before the first.</summary>
    internal long? LookedAt { get; set; }

    /// <summary>Timestamp since which its promotions are held back; null while they are not.</summary>
    internal long? HeldSince { get; set; }

    /// <summary>Timestamp until which it may move a little although it is held back.</summary>
    internal long TrickleUntil { get; set; } = long.MinValue;
}
