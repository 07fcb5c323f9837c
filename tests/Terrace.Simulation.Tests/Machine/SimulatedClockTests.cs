using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Machine;

public sealed class SimulatedClockTests
{
    [Fact]
    public void Time_stands_still_until_it_is_advanced_and_never_goes_back()
    {
        SimulatedClock clock = new();
        long start = clock.GetTimestamp();
        DateTimeOffset date = clock.GetUtcNow();
        Assert.Equal(start, clock.GetTimestamp());
        clock.Advance(TimeSpan.FromMilliseconds(1.5));
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), clock.GetElapsedTime(start));
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), clock.GetUtcNow() - date);
        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Timers_are_refused_because_nothing_would_ever_fire_them() =>
        Assert.Throws<NotSupportedException>(() => new SimulatedClock().CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.Zero));
}
