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

    /// <summary>When there are more buckets, those that are full are dropped.</summary>
    private const int Many = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<(uint User, bool MayChange), TokenBucket> _buckets = [];
    private readonly TokenBucket _all = new(PerSecondOfAll, BurstOfAll, time);

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

    /// <summary>Takes one for a connection, if there is one.</summary>
    public bool TryConnect(PeerIdentity peer)
    {
        if (IsFree(peer))
        {
            return true;
        }

        lock (_gate)
        {
            return (peer.MayChange || _all.Wait == TimeSpan.Zero) && BucketOf(peer).TryTake() && (peer.MayChange || _all.TryTake());
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
            TimeSpan own = BucketOf(peer).Wait;
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
            BucketOf(peer).Charge(tokens);
            if (!peer.MayChange)
            {
                _all.Charge(tokens);
            }
        }
    }

    private static bool IsFree(PeerIdentity peer) => peer is { UserId: 0, MayChange: true };

    private TokenBucket BucketOf(PeerIdentity peer)
    {
        (uint, bool) key = (peer.UserId, peer.MayChange);
        if (_buckets.TryGetValue(key, out TokenBucket? bucket))
        {
            return bucket;
        }

        if (_buckets.Count >= Many)
        {
            foreach ((uint User, bool MayChange) full in _buckets.Where(entry => entry.Value.IsFull).Select(entry => entry.Key).ToList())
            {
                _buckets.Remove(full);
            }
        }

        return _buckets[key] = new TokenBucket(PerSecond, Burst, time);
    }
}
