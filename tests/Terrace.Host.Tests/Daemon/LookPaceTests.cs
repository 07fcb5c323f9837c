using Microsoft.Extensions.Time.Testing;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class LookPaceTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_dear = TimeSpan.FromMilliseconds(2);

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _log = [];
    private readonly List<int> _looked = [];
    private readonly Dictionary<int, uint> _users = [];
    private readonly LookPace _pace;
    private TimeSpan _spent;

    public LookPaceTests() =>
        _pace = new LookPace(LookAt, () => _spent, pid => _users.TryGetValue(pid, out uint user) ? user : null, _time, new Lines(_log));

    [Fact]
    public void A_user_with_thousands_of_dear_processes_delays_only_their_own()
    {
        Come(1000, from: 1, count: 10_000);
        Come(1001, from: 20_000, count: 5);
        Come(0, from: 30_000, count: 500);
        Tick();
        Tick();

        // Root's at once, the other user's in the next two ticks, and of the first user's what is left of 12 ms each time.
        Assert.Equal(500, _looked.Count(pid => pid >= 30_000));
        Assert.Equal(5, _looked.Count(pid => pid is >= 20_000 and < 30_000));
        Assert.InRange(_looked.Count(pid => pid <= 10_000), 6, 20);

        int minute = 0;
        for (int i = 0; i < 240; i++)
        {
            int before = _looked.Count;
            Tick();
            Assert.InRange(_looked.Count - before, 0, 7);
            minute += _looked.Count - before;
        }

        // One second that was saved up, and 20 ms a second.
        Assert.InRange(minute * s_dear.TotalSeconds, 1.9, 2.4);
        Assert.Equal(10_000 - _looked.Count(pid => pid <= 10_000), _pace.Waiting);
        Assert.StartsWith("processes of user 1000 wait to be looked at", Assert.Single(_log), StringComparison.Ordinal);

        // One that comes now of somebody else does not wait.
        Come(1002, from: 40_000, count: 1);
        Assert.Equal(40_000, _looked[^1]);
    }

    [Fact]
    public void Each_is_looked_at_once_and_in_the_order_in_which_it_came()
    {
        Come(1000, from: 1, count: 60);
        Come(1000, from: 31, count: 30);
        for (int i = 0; i < 9; i++)
        {
            Tick();
        }

        Assert.Equal(Enumerable.Range(1, 60), _looked.Order());
        Assert.Equal(_looked, [.. _looked.Take(6), .. _looked.Skip(6).Order()]);
        Assert.Equal(0, _pace.Waiting);
        Assert.Equal(60 * s_dear, _pace.Spent);
    }

    [Fact]
    public void All_users_together_have_a_pace_too()
    {
        for (int user = 0; user < 1000; user++)
        {
            Come((uint)(100_000 + user), from: 1 + (user * 10), count: 10);
        }

        for (int i = 0; i < 240; i++)
        {
            Tick();
        }

        Assert.InRange(_pace.Spent.TotalSeconds, 2.7, 3.1);
        Assert.True(_pace.Waiting > 0);
    }

    [Fact]
    public void Those_that_end_wait_no_longer_and_users_without_any_are_forgotten()
    {
        Come(1000, from: 1, count: 100);
        int waiting = _pace.Waiting;
        Assert.InRange(waiting, 50, 99);
        int gone = Enumerable.Range(1, 100).First(pid => !_looked.Contains(pid));
        _pace.Forget(gone);
        Assert.Equal(waiting - 1, _pace.Waiting);
        _pace.ForgetBut([100]);
        Assert.Equal(1, _pace.Waiting);
        Tick();
        Assert.Equal((0, 100), (_pace.Waiting, _looked[^1]));
        Assert.DoesNotContain(gone, _looked);
        _time.Advance(TimeSpan.FromMinutes(2));
        _pace.Tick();
        Assert.Equal(0, _pace.Users);
    }

    private void Come(uint user, int from, int count)
    {
        for (int pid = from; pid < from + count; pid++)
        {
            _users[pid] = user;
            _pace.Look(pid);
        }
    }

    private void Tick()
    {
        _time.Advance(s_tick);
        _pace.BeginTick();
        _pace.Tick();
    }

    private void LookAt(int pid)
    {
        _looked.Add(pid);
        _spent += s_dear;
        _time.Advance(s_dear);
    }
}
