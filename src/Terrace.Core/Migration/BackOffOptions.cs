namespace Terrace.Core.Migration;

/// <summary>
/// From what pressure on moves are held back. Pressures are parts of time (see <see cref="Machine.Pressure"/>); infinity is
/// never.
/// </summary>
public sealed record BackOffOptions
{
    /// <summary>Memory pressure of the whole machine.</summary>
    public double HostMemory { get; init; } = 0.1;

    /// <summary>CPU pressure of the whole machine. High, because a host that is put to full use has much of it always.</summary>
    public double HostCpu { get; init; } = 0.8;

    /// <summary>Memory pressure of the target's control group.</summary>
    public double TargetMemory { get; init; } = 0.2;

    /// <summary>CPU pressure of the target's control group.</summary>
    public double TargetCpu { get; init; } = 0.9;

    /// <summary>Part of a round's moves that fail for want of memory or because pages are busy.</summary>
    public double FailedMoves { get; init; } = 0.5;

    /// <summary>
    /// Longest time for which a target's promotions are held back at a stretch; then it may move a little, however high the
    /// pressure.
    /// </summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is wrong with the options, or null.</summary>
    public string? Problem => this switch
    {
        { HostMemory: not > 0 } or { HostCpu: not > 0 } or { TargetMemory: not > 0 } or { TargetCpu: not > 0 }
            or { FailedMoves: not > 0 } => "the pressures from which on moves are held back must be above 0",
        { MaxHold.Ticks: <= 0 } => "the longest time for which moves are held back must be above 0",
        _ => null,
    };
}
