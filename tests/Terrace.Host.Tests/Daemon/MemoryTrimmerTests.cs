using Microsoft.Extensions.Time.Testing;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class MemoryTrimmerTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _done = [];
    private readonly MemoryTrimmer _trimmer;
    private long _resident = 10_000_000;

    public MemoryTrimmerTests() =>
        _trimmer = new MemoryTrimmer(_clock, () => _resident, () => _done.Add("note"), () => _done.Add("give back"));

    [Fact]
    public void Memory_is_given_back_twice_after_a_start_and_then_left_alone()
    {
        Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(_done);
        Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(["note", "give back"], _done);
        Pass(TimeSpan.FromSeconds(70));
        Assert.Equal(["note", "give back", "give back"], _done);
        Pass(TimeSpan.FromHours(1));
        Assert.Equal(3, _done.Count);
    }

    [Fact]
    public void A_reload_restarts_it_with_a_new_note()
    {
        Pass(TimeSpan.FromSeconds(10));
        _trimmer.Expect();
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(["note", "give back"], _done);
        Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(["note", "give back", "note", "give back"], _done);
    }

    [Fact]
    public void Some_seconds_lie_between_a_note_and_giving_back_however_late_a_tick_is()
    {
        _clock.Advance(TimeSpan.FromMinutes(10));
        Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(["note"], _done);
    }

    [Fact]
    public void Growth_by_a_quarter_restarts_it_once_in_five_minutes()
    {
        // Small at once after giving back; what is needed all the time comes back within the minute.
        Pass(TimeSpan.FromSeconds(70));
        _resident = 12_000_000;
        Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(3, _done.Count);
        _resident = 14_900_000;
        Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(3, _done.Count);
        _resident = 15_200_000;
        Pass(TimeSpan.FromMinutes(3));
        Assert.Equal(["note", "give back", "give back"], _done[3..]);

        // The one after comes no sooner, however it grows, and is measured by what was settled then.
        _resident = 20_000_000;
        Pass(TimeSpan.FromMinutes(1));
        _resident = 40_000_000;
        Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(6, _done.Count);
        Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(9, _done.Count);
        Pass(TimeSpan.FromHours(1));
        Assert.Equal(9, _done.Count);
    }

    private void Pass(TimeSpan time)
    {
        for (TimeSpan tick = TimeSpan.FromMilliseconds(250), passed = TimeSpan.Zero; passed < time; passed += tick)
        {
            _clock.Advance(tick);
            _trimmer.Tick();
        }
    }
}
