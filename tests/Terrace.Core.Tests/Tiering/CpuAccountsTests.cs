using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Tiering;

namespace Terrace.Core.Tests.Tiering;

public sealed class CpuAccountsTests
{
    private const double Limit = 0.5;

    private readonly FakeTimeProvider _clock = new();
    private readonly CpuAccounts _accounts;

    public CpuAccountsTests() => _accounts = new CpuAccounts(Limit, TimeSpan.FromSeconds(10), _clock);

    [Fact]
    public void Who_owes_little_waits_for_that_and_not_for_what_somebody_else_owes()
    {
        CpuAccount service = _accounts.Open(user: null);
        CpuAccount stranger = _accounts.Open(user: 1000);
        TimeSpan saved = TimeSpan.FromSeconds(service.SavedSeconds);
        _accounts.Charge(stranger, TimeSpan.FromSeconds(100), left: TimeSpan.FromSeconds(-90));
        _accounts.Charge(service, saved + TimeSpan.FromSeconds(0.1), left: TimeSpan.FromSeconds(-100));
        TimeSpan owed = TimeSpan.FromSeconds(200);
        Assert.True(_accounts.Waits(service));
        Assert.Equal(0.4, _accounts.WaitOf(service, owed).TotalSeconds, 3);
        Assert.Equal(200, _accounts.WaitOf(stranger, owed).TotalSeconds, 3);

        // After that time it has come in, to both alike.
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.False(_accounts.Waits(service));
        Assert.True(_accounts.Waits(stranger));
    }

    [Fact]
    public void Nobody_waits_longer_than_for_all_that_is_owed()
    {
        CpuAccount service = _accounts.Open(user: null);
        _accounts.Charge(service, TimeSpan.FromSeconds(15), left: TimeSpan.FromSeconds(-5));
        Assert.Equal(TimeSpan.FromSeconds(2), _accounts.WaitOf(service, TimeSpan.FromSeconds(2)));
        CpuAccount other = _accounts.Open(user: null);
        Assert.False(_accounts.Waits(other));
    }
}
