using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Tiering;

namespace Terrace.Core.Tests.Tiering;

public sealed class CpuBudgetTests
{
    private readonly FakeTimeProvider _clock = new();
    private TimeSpan _spent;

    [Fact]
    public void What_is_saved_up_may_be_spent_at_once_and_no_more()
    {
        CpuBudget budget = new(0.05, TimeSpan.FromSeconds(2), () => _spent, _clock);
        _spent += TimeSpan.FromSeconds(2);
        Assert.Equal(TimeSpan.Zero, budget.Owed);
        _spent += TimeSpan.FromSeconds(1);
        Assert.Equal(20, budget.Owed.TotalSeconds, 6);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.Zero, budget.Owed);
    }

    [Fact]
    public void Over_any_hour_the_limit_and_one_burst_hold_when_what_is_owed_is_waited_for()
    {
        CpuBudget budget = new(0.03, TimeSpan.FromSeconds(10), () => _spent, _clock);
        TimeSpan waited = TimeSpan.Zero;
        while (waited < TimeSpan.FromHours(1))
        {
            TimeSpan wait = budget.Owed > TimeSpan.Zero ? budget.Owed : TimeSpan.FromMilliseconds(100);
            _spent += budget.Owed > TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(50);
            _clock.Advance(wait);
            waited += wait;
        }

        Assert.InRange(_spent.TotalSeconds, 100, (0.03 * waited.TotalSeconds) + 10 + 0.05);
    }

    [Fact]
    public void What_is_left_falls_with_what_is_spent_below_zero_and_grows_with_time_up_to_a_burst()
    {
        CpuBudget budget = new(0.05, TimeSpan.FromSeconds(2), () => _spent, _clock);
        Assert.Equal(2, budget.Left!.Value.TotalSeconds, 6);
        _spent += TimeSpan.FromSeconds(3);
        Assert.Equal(-1, budget.Left!.Value.TotalSeconds, 6);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0.5, budget.Left!.Value.TotalSeconds, 6);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, budget.Left!.Value.TotalSeconds, 6);
        Assert.Null(new CpuBudget(1, TimeSpan.FromSeconds(2), () => _spent, _clock).Left);
    }

    [Fact]
    public void Without_a_limit_nothing_is_owed()
    {
        CpuBudget budget = new(1, TimeSpan.FromSeconds(10), () => _spent, _clock);
        _spent += TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.Zero, budget.Owed);
    }
}
