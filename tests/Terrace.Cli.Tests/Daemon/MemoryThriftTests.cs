using Terrace.Cli.Daemon;
using Terrace.Core.Tests;

namespace Terrace.Cli.Tests.Daemon;

public sealed class MemoryThriftTests
{
    private readonly ManualClock _clock = new();
    private readonly List<string> _done = [];
    private readonly MemoryThrift _thrift;

    public MemoryThriftTests() => _thrift = new MemoryThrift(_clock, () => _done.Add("note"), () => _done.Add("give back"));

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
    public void A_reload_begins_it_anew_with_a_new_note()
    {
        Pass(TimeSpan.FromSeconds(10));
        _thrift.Expect();
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
    public void The_first_process_begins_it_anew_and_later_ones_do_once_in_five_minutes()
    {
        Pass(TimeSpan.FromSeconds(10));
        Pass(TimeSpan.FromSeconds(10), managed: 1);
        Assert.Equal(["note", "give back", "note", "give back"], _done);
        Pass(TimeSpan.FromSeconds(70), managed: 1);
        Assert.Equal(5, _done.Count);

        // One that comes too soon is not forgotten.
        Pass(TimeSpan.FromMinutes(2), managed: 2);
        Assert.Equal(5, _done.Count);
        Pass(TimeSpan.FromMinutes(4), managed: 1);
        Assert.Equal(["note", "give back", "give back"], _done[5..]);
        Pass(TimeSpan.FromHours(1));
        Assert.Equal(8, _done.Count);
    }

    private void Pass(TimeSpan time, int managed = 0)
    {
        for (TimeSpan tick = TimeSpan.FromMilliseconds(250), passed = TimeSpan.Zero; passed < time; passed += tick)
        {
            _clock.Advance(tick);
            _thrift.Tick(managed);
        }
    }
}
