namespace Terrace.Host.Daemon;

/// <summary>
/// How often clients may connect and ask: each user of its own bucket, for all its connections together, and all who may not change things
/// of one more, because a user can have a thousand numbers (subuid(5)). Root of this host is not paced. For any thread.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class PeerPace(TimeProvider time)
{
    /// <summary>Tokens of a user: a connection costs one, a request what it says.</summary>
    public const int PerSecond = 20;

    /// <summary>Tokens that a user can save up.</summary>
    public const int Burst = 100;

    /// <summary>Tokens a second of all who may not change things.</summary>
    public const int PerSecondOfAll = 100;

    /// <summary>Tokens that these can save up.</summary>
    public const int BurstOfAll = 300;

    /// <summary>When there are more buckets, those that are full are dropped, once a second at most.</summary>
    private const int Many = 256;

    private static readonly TimeSpan s_drop = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, TokenBucket> _buckets = [];
    private readonly TokenBucket _all = new(PerSecondOfAll, BurstOfAll, time);
    private long _droppedAt = time.GetTimestamp();

    /// <summary>Buckets that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _buckets.Count;
            }
        }
    }

    /// <summary>
    /// Takes one of a user's for a connection, if there is one, before anything else is asked about who it is. Of root's number it must be
    /// asked from where it is.
    /// </summary>
    public bool TryConnect(uint user)
    {
        lock (_gate)
        {
            return user == 0 || BucketOf(user).TryTake();
        }
    }

    /// <summary>The same once it is known who it is: of root elsewhere, and of all who may not change things.</summary>
    public bool TryConnect(PeerIdentity peer)
    {
        if (peer.MayChange)
        {
            return true;
        }

        lock (_gate)
        {
            return (peer.UserId != 0 || BucketOf(0).TryTake()) && _all.TryTake();
        }
    }

    /// <summary>How long a request has to wait.</summary>
    public TimeSpan WaitOf(PeerIdentity peer)
    {
        if (IsFree(peer))
        {
            return TimeSpan.Zero;
        }

        lock (_gate)
        {
            TimeSpan own = BucketOf(peer.UserId).Wait;
            return peer.MayChange || own > _all.Wait ? own : _all.Wait;
        }
    }

    /// <summary>Takes what a request cost.</summary>
    public void Charge(PeerIdentity peer, int tokens)
    {
        if (IsFree(peer))
        {
            return;
        }

        lock (_gate)
        {
            BucketOf(peer.UserId).Charge(tokens);
            if (!peer.MayChange)
            {
                _all.Charge(tokens);
            }
        }
    }

    private static bool IsFree(PeerIdentity peer) => peer is { UserId: 0, MayChange: true };

    private TokenBucket BucketOf(uint user)
    {
        if (_buckets.TryGetValue(user, out TokenBucket? bucket))
        {
            return bucket;
        }

        if (_buckets.Count >= Many && time.GetElapsedTime(_droppedAt) >= s_drop)
        {
            _droppedAt = time.GetTimestamp();
            foreach (uint full in _buckets.Where(entry => entry.Value.IsFull).Select(entry => entry.Key).ToList())
            {
                _buckets.Remove(full);
            }
        }

        return _buckets[user] = new TokenBucket(PerSecond, Burst, time);
    }
}
