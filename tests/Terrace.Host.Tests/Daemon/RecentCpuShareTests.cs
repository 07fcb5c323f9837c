using Microsoft.Extensions.Time.Testing;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon;

public sealed class RecentCpuShareTests
{
    private readonly FakeTimeProvider _clock = new();
    private TimeSpan _spent;

    [Fact]
    public void A_busy_start_is_forgotten_after_a_minute()
    {
        RecentCpuShare recent = new(() => _spent, _clock);
        Pass(recent, seconds: 30, share: 1);
        Assert.Equal(1, recent.Share!.Value, 3);
        Pass(recent, seconds: 30, share: 0);
        Assert.Equal(0.5, recent.Share!.Value, 3);
        Pass(recent, seconds: 40, share: 0.02);
        Assert.InRange(recent.Share!.Value, 0.01, 0.03);
    }

    [Fact]
    public void In_the_first_second_nothing_is_known() => Assert.Null(new RecentCpuShare(() => _spent, _clock).Share);

    private void Pass(RecentCpuShare recent, int seconds, double share)
    {
        for (int i = 0; i < seconds; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            _spent += TimeSpan.FromSeconds(share);
            recent.Tick();
        }
    }
}
