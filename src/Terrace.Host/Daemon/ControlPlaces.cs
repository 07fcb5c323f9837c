namespace Terrace.Host.Daemon;

/// <summary>
/// The places of the control socket. Half of them are for those who may change things, an eighth for root alone. When the other half is
/// taken, by many users or by one with many numbers (subuid(5)), a newcomer gets the place of one who does nothing, a follower of events or
/// a connection without a request, of the user who has the most. For any thread.
/// </summary>
/// <param name="most">All places.</param>
/// <param name="time">The clock.</param>
internal sealed class ControlPlaces(int most, TimeProvider time)
{
    /// <summary>Places of one user, except root.</summary>
    public const int OfUser = 8;

    /// <summary>Followers of events of one user who may not change things.</summary>
    public const int FollowersOfUser = 4;

    /// <summary>Who has done nothing for so long may lose its place: a request comes right after connecting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<ControlPlace> _places = [];

    /// <summary>Places of those who may not change things.</summary>
    public int OfOthers => most / 2;

    /// <summary>Followers of events among these.</summary>
    public int FollowersOfOthers => OfOthers / 2;

    /// <summary>Places that are taken.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _places.Count;
            }
        }
    }

    /// <summary>A place for a peer, idle for now; null when there is none.</summary>
    public ControlPlace? TryEnter(PeerIdentity peer, CancellationToken stop)
    {
        lock (_gate)
        {
            if (!HasRoom(peer))
            {
                return null;
            }

            ControlPlace place = new(peer, stop) { IdleSince = time.GetTimestamp() };
            _places.Add(place);
            return place;
        }
    }

    /// <summary>Says whether a request is being answered.</summary>
    public void SetIdle(ControlPlace place, bool isIdle)
    {
        lock (_gate)
        {
            place.IdleSince = isIdle ? time.GetTimestamp() : null;
        }
    }

    /// <summary>Makes one a follower of events; false when there are enough of those.</summary>
    public bool TryFollow(ControlPlace place)
    {
        lock (_gate)
        {
            if (!place.Peer.MayChange)
            {
                List<ControlPlace> followers = [.. _places.Where(other => other.Follows && !other.Peer.MayChange && !other.IsTaken)];
                if (followers.Count >= FollowersOfOthers
                    || followers.Count(other => other.Peer.UserId == place.Peer.UserId) >= FollowersOfUser)
                {
                    return false;
                }
            }

            place.Follows = true;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(ControlPlace place)
    {
        lock (_gate)
        {
            _places.Remove(place);
        }

        place.Dispose();
    }

    private bool HasRoom(PeerIdentity peer)
    {
        if (_places.Count >= most)
        {
            return false;
        }

        if (peer is { UserId: 0, MayChange: true })
        {
            return true;
        }

        // Those that were told to end are gone in a moment, and stand in nobody's way.
        if (_places.Count(other => IsOf(other, peer) && !other.IsTaken) >= OfUser)
        {
            return false;
        }

        if (peer.MayChange)
        {
            return _places.Count < most - (most / 8);
        }

        List<ControlPlace> others = [.. _places.Where(other => !other.Peer.MayChange && !other.IsTaken)];
        return others.Count < OfOthers || TakeIdle(others);
    }

    private bool TakeIdle(List<ControlPlace> others)
    {
        ControlPlace? idle = others
            .Where(place => place.IdleSince is { } since && time.GetElapsedTime(since) >= Patience)
            .OrderByDescending(place => others.Count(other => IsOf(other, place.Peer)))
            .ThenBy(place => place.IdleSince)
            .FirstOrDefault();
        idle?.Take();
        return idle is not null;
    }

    private static bool IsOf(ControlPlace place, PeerIdentity peer) =>
        (place.Peer.UserId, place.Peer.MayChange) == (peer.UserId, peer.MayChange);
}
