using Terrace.Host.Daemon;
using Terrace.Simulation.Machine;

namespace Terrace.Host.Tests.Daemon;

public sealed class ControlPlacesTests : IDisposable
{
    private const int Most = 64;

    private static readonly PeerIdentity s_root = new(0, MayChange: true);

    private readonly SimulatedClock _clock = new();
    private readonly ControlPlaces _places;
    private readonly List<ControlPlace> _taken = [];

    public ControlPlacesTests() => _places = new ControlPlaces(Most, _clock);

    public void Dispose()
    {
        foreach (ControlPlace place in _taken)
        {
            _places.Leave(place);
        }

        Assert.Equal(0, _places.Count);
    }

    [Fact]
    public void A_user_has_a_few_places_and_whoever_leaves_makes_room()
    {
        Assert.Equal(ControlPlaces.OfUser, Enter(User(1000), 100));
        ControlPlace first = _taken[0];
        _taken.Remove(first);
        _places.Leave(first);
        Assert.Equal(1, Enter(User(1000), 100));
    }

    [Fact]
    public void A_crowd_of_users_leaves_half_to_those_who_may_change_things_and_some_of_that_to_root()
    {
        Assert.Equal(Most / 2, EnterEach(100_000, Most));
        Assert.Equal((Most / 2) - (Most / 8), EnterEach(2000, Most, mayChange: true));
        Assert.Equal(Most / 8, Enter(s_root, Most));
    }

    [Fact]
    public void Members_have_their_places_when_followers_have_all_of_the_others()
    {
        EnterEach(100_000, Most);
        Assert.Equal(ControlPlaces.OfUser, Enter(new PeerIdentity(2000, MayChange: true), Most));
    }

    [Fact]
    public void A_newcomer_gets_the_place_of_the_idle_one_whose_user_has_the_most()
    {
        Enter(User(1000), 1);
        Enter(User(1001), ControlPlaces.OfUser);
        EnterEach(100_000, Most / 2);
        Assert.Equal(0, Enter(User(1002), 1));
        _clock.Advance(ControlPlaces.Patience);
        Assert.Equal(1, Enter(User(1002), 1));
        ControlPlace gone = Assert.Single(_taken, place => place.IsTaken);
        Assert.Equal(1001u, gone.Peer.UserId);
        Assert.True(gone.Ended.IsCancellationRequested);
    }

    [Fact]
    public void One_whose_request_is_being_answered_keeps_its_place()
    {
        EnterEach(100_000, Most / 2);
        foreach (ControlPlace place in _taken)
        {
            _places.SetIdle(place, isIdle: false);
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, Enter(User(1000), 1));
        _places.SetIdle(_taken[5], isIdle: true);
        _clock.Advance(ControlPlaces.Patience);
        Assert.Equal(1, Enter(User(1000), 1));
        Assert.True(_taken[5].IsTaken);
    }

    [Fact]
    public void Followers_of_events_are_a_few_of_a_user_and_half_of_all_others_places()
    {
        Enter(User(1000), ControlPlaces.OfUser);
        Assert.Equal(ControlPlaces.FollowersOfUser, _taken.Count(_places.TryFollow));
        EnterEach(100_000, Most / 2);
        Assert.Equal(
            _places.FollowersOfOthers - ControlPlaces.FollowersOfUser,
            _taken.Where(place => !place.Follows).ToList().Count(_places.TryFollow));
        Enter(s_root, 1);
        Assert.True(_places.TryFollow(_taken[^1]));
    }

    private static PeerIdentity User(uint user) => new(user, MayChange: false);

    private int EnterEach(uint first, int count, bool mayChange = false) =>
        Enumerable.Range((int)first, count).Sum(user => Enter(new PeerIdentity((uint)user, mayChange), 1));

    private int Enter(PeerIdentity peer, int times)
    {
        int before = _taken.Count;
        for (int i = 0; i < times; i++)
        {
            if (_places.TryEnter(peer, CancellationToken.None) is { } place)
            {
                _taken.Add(place);
            }
        }

        return _taken.Count - before;
    }
}
