namespace Terrace.Simulation.Machine;

/// <summary>
/// Virtual time: it stands still until it is advanced. Its timestamps are nanoseconds. Timers are not offered, because nothing
/// in a simulation may happen but by the driver's hand.
/// </summary>
public sealed class SimulatedClock : TimeProvider
{
    private const int NanosecondsPerTick = 100;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Virtual time since the start, nanoseconds.</summary>
    public long Nanoseconds { get; private set; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Elapsed => ToTimeSpan(Nanoseconds);

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000_000;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => Nanoseconds;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Epoch + Elapsed;

    /// <summary>Moves time on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative: a clock never goes back.</exception>
    public void Advance(TimeSpan time) => AdvanceNanoseconds(ToNanoseconds(time));

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("A simulated clock has no timers: the simulation's driver decides what happens when.");

    internal void AdvanceNanoseconds(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        Nanoseconds += nanoseconds;
    }

    internal static long ToNanoseconds(TimeSpan time) => time.Ticks * NanosecondsPerTick;

    internal static TimeSpan ToTimeSpan(long nanoseconds) => new(nanoseconds / NanosecondsPerTick);
}
