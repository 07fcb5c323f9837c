using Terrace.Core.Machine;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Migration;

/// <summary>
/// Carries out a plan in slices under the rate limit: a slice of demotions, then a slice of promotions, so that room is made before it
/// is used and neither direction runs ahead. When the slow tier is full the first slice up goes through the headroom and makes room below.
/// Pages go to the first node of their route that has room; what a node refuses goes to the next.
/// </summary>
public sealed class PlanExecutor
{
    /// <summary>
    /// Entries in one migration call: large enough that its fixed cost (each drains the LRU caches of all CPUs) does not matter,
    /// small enough to stay within some milliseconds.
    /// </summary>
    private const int MaxBatch = 2048;

    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly TokenBucket _bucket;
    private readonly FastRoom _room;
    private readonly ulong[] _addresses = new ulong[MaxBatch];
    private readonly ushort[] _counts = new ushort[MaxBatch];
    private readonly ushort[] _arrived = new ushort[MaxBatch];
    private readonly MoveResult[] _results = new MoveResult[MaxBatch];

    /// <summary>Makes an executor; all plans share its rate limit.</summary>
    public PlanExecutor(IMachine machine, TimeProvider time, TokenBucket bucket, FastRoom room)
    {
        _machine = machine;
        _time = time;
        _bucket = bucket;
        _room = room;
    }

    /// <summary>
    /// Moves a slice each way, within the rate limit of all plans and, where there is one, the group's own. Returns how long
    /// until the next slice may move, or null when the plan is finished or nothing of it can move now.
    /// </summary>
    public TimeSpan? MoveSlice(MovePlan plan, IPageMigrator migrator, HeatMap heat, MoveReport moves, TokenBucket? own = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(moves);
        long allowed = Math.Min(_bucket.AvailableBytes, own?.AvailableBytes ?? long.MaxValue) / Chunk.PageBytes;
        if (plan.PagesLeft == 0)
        {
            return null;
        }

        if (allowed < Math.Min(plan.PagesLeft, SliceBytes(own) / Chunk.PageBytes))
        {
            return Pause(plan, own);
        }

        _machine.Refresh();
        if (plan.Places is { } places && !ReferenceEquals(places, _machine.Places))
        {
            // Nodes came or went: what the plan says of places may be of others now. The next round makes a new one.
            plan.Clear();
            return null;
        }

        bool bothWays = plan.Left(promotions: false) > 0 && plan.Left(promotions: true) > 0;
        long slice = Math.Max(1, bothWays ? allowed / 2 : allowed);
        bool moved = MoveOne(plan, isPromotion: false, slice, migrator, heat, moves, own);
        _machine.Refresh();
        moved |= MoveOne(plan, isPromotion: true, slice, migrator, heat, moves, own);
        if (moved)
        {
            return plan.PagesLeft == 0 ? null : Pause(plan, own);
        }

        plan.AbandonForWantOfRoom();
        return null;
    }

    // Not a full bucket: what flows in while a sleep or a move takes longer than it should would be lost, and with it the rate.
    private long SliceBytes(TokenBucket? own) => Math.Min(_bucket.BurstBytes, own?.BurstBytes ?? long.MaxValue) / 2;

    private TimeSpan Pause(MovePlan plan, TokenBucket? own)
    {
        long bytes = Math.Min(plan.PagesLeft * Chunk.PageBytes, SliceBytes(own));
        TimeSpan shared = _bucket.TimeUntil(bytes);
        return own?.TimeUntil(bytes) is { } longer && longer > shared ? longer : shared;
    }

    /// <summary>
    /// Moves up to <paramref name="pages"/> base pages in one direction; false when there was nothing to move or no room.
    /// </summary>
    private bool MoveOne(
        MovePlan plan, bool isPromotion, long pages, IPageMigrator migrator, HeatMap heat, MoveReport moves, TokenBucket? own)
    {
        bool any = false;
        for (int i = 0; i < plan.Count && pages > 0; i++)
        {
            MoveList list = plan[i];
            if (list.IsPromotion != isPromotion)
            {
                continue;
            }

            for (int at = 0; at < list.Route.Nodes.Length && pages > 0 && list.PagesLeft > 0; at++)
            {
                long room = list.HasRefused(at) ? 0 : Math.Min(pages, RoomOn(plan, list, list.Route.Nodes[at]));
                while (room > 0 && list.PagesLeft > 0 && !list.HasRefused(at))
                {
                    int taken = list.Take(room, _addresses, _counts);
                    long weight = Move(plan, list, at, taken, migrator, heat, moves);
                    own?.Take(weight * Chunk.PageBytes);
                    any |= weight > 0;
                    room -= weight;
                    pages -= weight;
                }
            }
        }

        return any;
    }

    /// <summary>
    /// Pages that a node can take. What this plan has taken off it may be given back to it even when the free count does not show
    /// it yet: freed pages stay in per-CPU lists for a while (mm/page_alloc.c), and allocation takes them from there.
    /// </summary>
    private long RoomOn(MovePlan plan, MoveList list, int node)
    {
        long room = _room.PagesOn(node);
        int place = _machine.Places.PlaceOf(node);
        return list.IsPromotion && place >= 0 ? Math.Max(room, plan.NetMovedOff(place)) : room;
    }

    /// <summary>
    /// Moves what was taken off a list to a node of its route; returns base pages that have a result. Those that the node has no
    /// memory for go back to the list while another node may take them.
    /// </summary>
    private long Move(MovePlan plan, MoveList list, int at, int taken, IPageMigrator migrator, HeatMap heat, MoveReport moves)
    {
        int node = list.Route.Nodes[at];
        int place = _machine.Places.PlaceOf(node);
        int toTier = _machine.Topology.TierOf(node);
        Span<MoveResult> results = _results.AsSpan(0, taken);
        long startedAt = _time.GetTimestamp();
        bool folios = _counts.AsSpan(0, taken).ContainsAnyExcept<ushort>(1, Chunk.Pages);
        if (folios)
        {
            migrator.MoveFolios(_addresses.AsSpan(0, taken), _counts.AsSpan(0, taken), node, results, _arrived);
        }
        else
        {
            migrator.Move(_addresses.AsSpan(0, taken), node, results);
        }

        moves.Time += _time.GetElapsedTime(startedAt);

        // The node has no room whatever its free count says.
        bool refused = results.Contains(MoveResult.NoMemory);
        bool another = refused && list.NoteRefusal(at);
        long weight = 0;
        for (int i = 0; i < taken; i++)
        {
            if (another && results[i] == MoveResult.NoMemory)
            {
                continue;
            }

            int pages = _counts[i];
            int from = heat.PlaceOf(_addresses[i]) ?? -1;
            weight += pages;
            if (results[i] is MoveResult.Moved or MoveResult.AlreadyThere)
            {
                if (folios && _arrived[i] < pages)
                {
                    moves.Add(TierOf(from, list), toTier, list.IsPromotion, MoveResult.Busy, pages - _arrived[i]);
                    pages = _arrived[i];
                }

                list.PagesMoved += pages;
                plan.NoteMoved(from, place, pages);
            }

            moves.Add(TierOf(from, list), toTier, list.IsPromotion, results[i], pages);
        }

        heat.NoteMoved(_addresses.AsSpan(0, taken), _counts.AsSpan(0, taken), results, place);
        if (another)
        {
            list.GiveBack(_addresses.AsSpan(0, taken), _counts.AsSpan(0, taken), results);
        }
        else if (refused)
        {
            list.AbandonForWantOfRoom();
        }
        else if (results.Contains(MoveResult.ProcessGone))
        {
            list.Abandon();
        }

        _bucket.Take(weight * Chunk.PageBytes);
        return weight;
    }

    /// <summary>The tier of a place that a page leaves; of a page that the heat map no longer knows, the one it was chosen in.</summary>
    private int TierOf(int place, MoveList list) =>
        place >= 0 ? _machine.Places.TierOf(place) : list.UpperTier + (list.IsPromotion ? 1 : 0);
}
