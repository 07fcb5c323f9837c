using Terrace.Host.Daemon;
using Terrace.Simulation.Machine;

namespace Terrace.Host.Tests.Daemon;

public sealed class PeerPaceTests
{
    private static readonly PeerIdentity s_user = new(1000, MayChange: false);
    private static readonly PeerIdentity s_member = new(1001, MayChange: true);
    private static readonly PeerIdentity s_root = new(0, MayChange: true);
    private static readonly PeerIdentity s_containerRoot = new(0, MayChange: false);

    private readonly SimulatedClock _clock = new();
    private readonly PeerPace _pace;

    public PeerPaceTests() => _pace = new PeerPace(_clock);

    [Fact]
    public void A_user_has_a_burst_and_then_a_rate_for_connections_and_requests_together()
    {
        Assert.Equal(PeerPace.Burst, Connects(s_user, 10_000));
        Assert.InRange(_pace.WaitOf(s_user).TotalSeconds, 0.9 / PeerPace.PerSecond, 1.1 / PeerPace.PerSecond);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, _pace.WaitOf(s_user));
        _pace.Charge(s_user, PeerPace.PerSecond / 2);
        Assert.Equal(PeerPace.PerSecond / 2, Connects(s_user, 10_000));
        Assert.Equal(PeerPace.Burst, Connects(s_containerRoot, 10_000));
    }

    [Fact]
    public void Requests_on_credit_are_made_up_for_before_the_next()
    {
        _pace.Charge(s_user, PeerPace.Burst + (3 * PeerPace.PerSecond));
        Assert.InRange(_pace.WaitOf(s_user).TotalSeconds, 3, 3.1);
        Assert.False(TryConnect(s_user));
    }

    [Fact]
    public void Members_of_the_group_are_paced_and_root_is_not()
    {
        Assert.Equal(PeerPace.Burst, Connects(s_member, 10_000));
        Assert.Equal(10_000, Connects(s_root, 10_000));
        _pace.Charge(s_root, 1_000_000);
        Assert.Equal(TimeSpan.Zero, _pace.WaitOf(s_root));
    }

    [Fact]
    public void One_with_sixty_thousand_numbers_gets_no_more_than_all_others_together_and_takes_nothing_of_members()
    {
        int connected = 0;
        for (uint user = 100_000; user < 165_536; user++)
        {
            connected += TryConnect(new PeerIdentity(user, MayChange: false)) ? 1 : 0;
        }

        Assert.Equal(PeerPace.BurstOfAll, connected);
        Assert.True(_pace.WaitOf(s_user) > TimeSpan.Zero);
        Assert.True(TryConnect(s_member));

        // What was kept of them is dropped: their buckets are full again.
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(TryConnect(new PeerIdentity(99_999, MayChange: false)));
        Assert.InRange(_pace.Count, 1, 256);
    }

    private int Connects(PeerIdentity peer, int attempts) => Enumerable.Range(0, attempts).Count(_ => TryConnect(peer));

    private bool TryConnect(PeerIdentity peer) => _pace.TryConnect(peer.UserId) && _pace.TryConnect(peer);
}
