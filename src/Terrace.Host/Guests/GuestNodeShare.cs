using Terrace.Core.Layout;
using Terrace.Core.Units;

namespace Terrace.Host.Guests;

/// <summary>Where the memory of one of this guest's nodes lies on the host.</summary>
internal sealed class GuestNodeShare
{
    private readonly SortedDictionary<int, ulong> _pages = [];
    private readonly PublishedLayout _layout;

    private GuestNodeShare(int node, PublishedLayout layout) => (Node, _layout) = (node, layout);

    /// <summary>The guest's node.</summary>
    public int Node { get; }

    /// <summary>Bytes of it whose host node is known: those that the host has in memory.</summary>
    public ulong KnownBytes { get; private set; }

    /// <summary>Bytes by host node, most first.</summary>
    public IReadOnlyList<FollowedNode> On =>
    [
        .. _pages.OrderByDescending(node => node.Value).Select(node => Describe(_layout, node.Key, node.Value * Chunk.PageBytes)),
    ];

    /// <summary>Bytes in host tiers below the fastest.</summary>
    public ulong SlowBytes =>
        _pages.Where(node => _layout.NodeOf(node.Key).Tier > 0).Aggregate(0UL, (sum, node) => sum + (node.Value * Chunk.PageBytes));

    /// <summary>
    /// Mean read latency of its memory, nanoseconds, each page counted alike; null where the host does not state it of all nodes.
    /// </summary>
    public int? MeanReadLatencyNs
    {
        get
        {
            double sum = 0;
            foreach ((int node, ulong pages) in _pages)
            {
                if (_layout.NodeOf(node).ReadLatencyNs is not { } latency)
                {
                    return null;
                }

                sum += (double)latency * pages;
            }

            return KnownBytes == 0 ? null : (int)Math.Round(sum * Chunk.PageBytes / KnownBytes);
        }
    }

    /// <summary>The shares of all of a guest's nodes, by number; a guest's page frames are numbered by guest-physical address.</summary>
    public static IReadOnlyList<GuestNodeShare> Of(FrameMap frames, PublishedLayout layout)
    {
        SortedDictionary<int, GuestNodeShare> shares = [];
        ReadOnlySpan<FrameRange> told = layout.Layout.Ranges;
        int at = 0;
        foreach (FrameRange frame in frames.Ranges)
        {
            if (!shares.TryGetValue(frame.Node, out GuestNodeShare? share))
            {
                shares[frame.Node] = share = new GuestNodeShare(frame.Node, layout);
            }

            while (at < told.Length && told[at].End <= frame.Start)
            {
                at++;
            }

            for (int i = at; i < told.Length && told[i].Start < frame.End; i++)
            {
                ulong pages = Math.Min(told[i].End, frame.End) - Math.Max(told[i].Start, frame.Start);
                share._pages[told[i].Node] = share._pages.GetValueOrDefault(told[i].Node) + pages;
                share.KnownBytes += pages * Chunk.PageBytes;
            }
        }

        return [.. shares.Values];
    }

    /// <summary>What is known of a host node that has some of the guest's memory.</summary>
    public static FollowedNode Describe(PublishedLayout layout, int node, ulong bytes)
    {
        HostNode host = layout.NodeOf(node);
        return new FollowedNode
        {
            HostNode = node,
            HostTier = host.Tier,
            Bytes = bytes,
            ReadLatencyNs = host.ReadLatencyNs,
            WriteLatencyNs = host.WriteLatencyNs,
            ReadBandwidthMBps = host.ReadBandwidthMBps,
            Distance = layout.DistanceTo(node),
        };
    }

    /// <summary>
    /// The host's tier that has most of it; null when none of it is known. <paramref name="before"/> stays unless another has
    /// more by <paramref name="margin"/> of all.
    /// </summary>
    public int? TierMostlyIn(int? before = null, double margin = 0)
    {
        Dictionary<int, ulong> ofTier = [];
        foreach ((int node, ulong pages) in _pages)
        {
            int tier = _layout.NodeOf(node).Tier!.Value;
            ofTier[tier] = ofTier.GetValueOrDefault(tier) + pages;
        }

        if (ofTier.Count == 0)
        {
            return null;
        }

        (int most, ulong mostPages) = ofTier.OrderByDescending(tier => tier.Value).ThenBy(tier => tier.Key).First();
        return before is { } kept
            && ofTier.TryGetValue(kept, out ulong keptPages)
            && mostPages - keptPages < margin * KnownBytes / Chunk.PageBytes ? kept : most;
    }
}
