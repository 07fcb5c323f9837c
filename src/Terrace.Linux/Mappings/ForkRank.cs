namespace Terrace.Linux.Mappings;

/// <summary>A process's rank in its family: whoever forked it was started before it, or at the same clock tick.</summary>
/// <param name="StartTicks">When it was started, in clock ticks since the machine's start.</param>
/// <param name="Pid">Its number, of those that started at the same tick.</param>
internal readonly record struct ForkRank(long StartTicks, int Pid) : IComparable<ForkRank>
{
    /// <inheritdoc/>
    public int CompareTo(ForkRank other) =>
        StartTicks.CompareTo(other.StartTicks) is var order && order != 0 ? order : Pid.CompareTo(other.Pid);
}
