using Terrace.Core.Layout;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;

namespace Terrace.Host.Guests;

/// <summary>
/// What the layout that is followed says of this guest's nodes. It is looked for now and then; a layout that is lost is held to
/// for a minute, so that a follower that restarts does not turn the
/// order of nodes around and back. For one thread.
/// </summary>
internal sealed class HostTierSource(string path, TimeProvider time) : INodeTruth
{
    /// <summary>
    /// A node is taken to be in another tier only when that has so much more of its memory: at the border it would come and go.
    /// </summary>
    private const double Margin = 0.1;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private FrameMap _frames = FrameMap.Empty;
    private Dictionary<int, int> _tiers = [];
    private PublishedLayout? _judged;
    private FollowedFile? _file;
    private FileStatus _status;
    private bool _looked;
    private long _lookedAt;
    private long _livedAt;

    /// <summary>The layout as of the last look; null when none is followed.</summary>
    public PublishedLayout? Layout { get; private set; }

    /// <summary>What keeps the layout that there was from being shown; null when nothing does.</summary>
    public string? Problem { get; private set; }

    /// <inheritdoc/>
    public bool HasChanged()
    {
        Look();
        if (ReferenceEquals(_judged, Layout))
        {
            return false;
        }

        Dictionary<int, int> now = TiersIn(_frames);
        bool same = now.Count == _tiers.Count && now.All(tier => _tiers.TryGetValue(tier.Key, out int known) && known == tier.Value);
        _judged = same ? Layout : _judged;
        return !same;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, int>? HostTiersOf(FrameMap frames)
    {
        Look();
        _frames = frames;
        _tiers = TiersIn(frames);
        _judged = Layout;
        return _tiers.Count == 0 ? null : _tiers;
    }

    /// <summary>Looks for it when some time has passed since the last look.</summary>
    public void Look()
    {
        if (_looked && time.GetElapsedTime(_lookedAt) < s_every)
        {
            return;
        }

        _looked = true;
        _lookedAt = time.GetTimestamp();
        bool there = FileStatus.TryRead(path, out FileStatus status) == 0;
        if (!there)
        {
            (_file, Problem) = (null, null);
        }
        else if (_file is null || status != _status)
        {
            PublishedLayout? read = FollowedLayout.TryRead(path, out _file, out string? problem);
            (_status, Problem) = (status, problem);
            Layout = read ?? Layout;
        }
        else
        {
            // The same file as before: only who follows can have ended.
            Problem = FollowedLayout.ProblemOf(_file);
        }

        if (_file is not null && Problem is null)
        {
            _livedAt = _lookedAt;
        }
        else if (Layout is not null && time.GetElapsedTime(_livedAt) >= s_patience)
        {
            Layout = null;
        }
    }

    private Dictionary<int, int> TiersIn(FrameMap frames)
    {
        Dictionary<int, int> tiers = [];
        foreach (GuestNodeShare node in Layout is null ? [] : GuestNodeShare.Of(frames, Layout))
        {
            if (node.TierMostlyIn(_tiers.TryGetValue(node.Node, out int before) ? before : null, Margin) is { } tier)
            {
                tiers[node.Node] = tier;
            }
        }

        return tiers;
    }
}
