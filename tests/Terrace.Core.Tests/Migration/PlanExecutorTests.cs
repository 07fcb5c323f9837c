using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tests.Migration;

public sealed class PlanExecutorTests : IDisposable
{
    private static readonly MoveRoute s_down = MoveRoute.To([1]);
    private static readonly MoveRoute s_up = MoveRoute.To([0]);

    private readonly FakeTimeProvider _clock = new();
    private readonly TinyMachine _machine = new();
    private readonly HeatMap _heat = new();
    private readonly MoveReport _moves = new();
    private readonly MovePlan _plan = new();

    public void Dispose() => _heat.Dispose();

    [Fact]
    public void Room_is_made_before_it_is_used()
    {
        _machine.Free[0] = 0;
        AddMoves(promotions: 5_000, demotions: 5_000);
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal(5_000, _moves.Promoted.Moved);
        Assert.Equal(5_000, _moves.Demoted.Moved);
        Assert.True(_machine.LeastFree[0] >= 0);
        Assert.Equal(1, _machine.FirstTarget);
    }

    [Fact]
    public void With_a_full_slow_node_the_exchange_goes_through_the_headroom()
    {
        _machine.Free[0] = 300;
        _machine.Free[1] = 0;
        AddMoves(promotions: 2_000, demotions: 2_000);
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal(2_000, _moves.Promoted.Moved);
        Assert.Equal(2_000, _moves.Demoted.Moved);
    }

    [Fact]
    public void With_both_nodes_full_nothing_moves_and_the_round_ends()
    {
        _machine.Free[0] = _machine.Free[1] = 0;
        AddMoves(promotions: 10, demotions: 10);
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal(0, _moves.Promoted.Total + _moves.Demoted.Total);
    }

    [Fact]
    public void Moves_keep_to_the_rate_limit()
    {
        AddMoves(promotions: 0, demotions: 25_600);
        long startedAt = _clock.GetTimestamp();
        RunToEnd(bytesPerSecond: 10 << 20);
        double seconds = _clock.GetElapsedTime(startedAt).TotalSeconds;
        Assert.InRange(25_600 * 4096 / seconds, 0.95 * (10 << 20), 1.05 * (10 << 20));
    }

    [Fact]
    public void Every_page_is_counted_under_what_became_of_it()
    {
        _machine.Result = address => ((address >> Chunk.PageShift) % 4) switch
        {
            0 => MoveResult.Moved,
            1 => MoveResult.Busy,
            2 => MoveResult.Gone,
            _ => MoveResult.Denied,
        };
        AddMoves(promotions: 0, demotions: 4_000);
        RunToEnd(bytesPerSecond: 1L << 40);
        foreach (MoveResult result in new[] { MoveResult.Moved, MoveResult.Busy, MoveResult.Gone, MoveResult.Denied })
        {
            Assert.Equal(1_000, _moves.Demoted[result]);
        }

        Assert.Equal(4_000, _moves.Demoted.Total);
    }

    [Fact]
    public void A_node_that_refuses_for_want_of_memory_is_not_asked_again_in_the_round()
    {
        _machine.Result = _ => MoveResult.NoMemory;
        AddMoves(promotions: 0, demotions: 100_000);
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.InRange(_moves.Demoted.Total, 1, 5_000);
        Assert.Equal(100_000 - _moves.Demoted.Total, _plan.PagesWithoutRoom);
    }

    [Fact]
    public void What_does_not_fit_on_the_first_node_of_a_route_goes_to_the_next()
    {
        _machine.Free[1] = 3_000;
        AddMoves(promotions: 0, demotions: 10_000, down: MoveRoute.To([1, 2]));
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal(10_000, _moves.Demoted.Moved);
        Assert.Equal(3_000, _machine.Where.Values.Count(node => node == 1));
        Assert.Equal(7_000, _machine.Where.Values.Count(node => node == 2));
        Assert.Equal(0, _plan.PagesWithoutRoom);
    }

    [Fact]
    public void What_a_node_refuses_for_want_of_memory_goes_to_the_next_of_its_route_and_counts_once()
    {
        _machine.Refuses = 1;
        AddMoves(promotions: 0, demotions: 10_000, down: MoveRoute.To([1, 2]));
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal((10_000, 10_000), (_moves.Demoted.Moved, _moves.Demoted.Total));
        Assert.All(_machine.Where.Values, node => Assert.Equal(2, node));
    }

    [Fact]
    public void When_every_node_of_a_route_is_full_its_pages_are_said_to_have_no_room()
    {
        _machine.Free[1] = _machine.Free[2] = 0;
        AddMoves(promotions: 0, demotions: 10_000, down: MoveRoute.To([1, 2]));
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal((0, 10_000), (_moves.Demoted.Total, _plan.PagesWithoutRoom));
    }

    [Fact]
    public void A_folio_counts_with_all_its_pages_in_the_rate_limit_and_in_the_report()
    {
        AddFolios(count: 1_600, pages: 16);
        long startedAt = _clock.GetTimestamp();
        RunToEnd(bytesPerSecond: 10 << 20);
        Assert.InRange(_clock.GetElapsedTime(startedAt).TotalSeconds, 9.5, 10.5);
        Assert.Equal((25_600, 25_600), (_moves.Demoted.Moved, _moves.Demoted.Total));
        Assert.Equal(1_600, _machine.Where.Count);
    }

    [Fact]
    public void Pages_of_a_folio_that_stayed_behind_count_as_busy()
    {
        _machine.Arrived = (address, count) => address == 0 ? (ushort)5 : count;
        AddFolios(count: 10, pages: 16);
        RunToEnd(bytesPerSecond: 1L << 40);
        Assert.Equal((149, 11), (_moves.Demoted.Moved, _moves.Demoted[MoveResult.Busy]));
    }

    private void AddFolios(int count, int pages)
    {
        for (int i = 0; i < count; i++)
        {
            _plan.ListFor(s_down, isPromotion: false).Add((ulong)(i * pages) << Chunk.PageShift, pages);
        }
    }

    private void AddMoves(int promotions, int demotions, MoveRoute? down = null)
    {
        for (int i = 0; i < demotions; i++)
        {
            _plan.ListFor(down ?? s_down, isPromotion: false).Add(Chunk.AddressOf(0, 0) + ((ulong)i << Chunk.PageShift), isHuge: false);
        }

        for (int i = 0; i < promotions; i++)
        {
            _plan.ListFor(s_up, isPromotion: true).Add((1UL << 40) + ((ulong)i << Chunk.PageShift), isHuge: false);
        }
    }

    private void RunToEnd(long bytesPerSecond)
    {
        PlanExecutor executor = new(_machine, _clock, new TokenBucket(bytesPerSecond, _clock), new FastRoom(_machine, headroomFraction: 0));
        for (int step = 0; step < 100_000; step++)
        {
            if (executor.MoveSlice(_plan, _machine, _heat, _moves) is not { } pause)
            {
                return;
            }

            _clock.Advance(pause);
        }

        Assert.Fail("the plan never ended");
    }

    /// <summary>Two nodes with free pages that moves take and give.</summary>
    private sealed class TinyMachine : IMachine, IPageMigrator
    {
        public TinyMachine()
        {
            Dictionary<int, int> distances = new() { [0] = 10, [1] = 20, [2] = 30 };
            Topology = new Topology(
            [
                new MemoryNode(0, 1L << 32, [0], distances),
                new MemoryNode(1, 1L << 32, [], distances),
                new MemoryNode(2, 1L << 32, [], distances),
            ]);
            Places = new PlaceMap(Topology);
        }

        public long[] Free { get; } = [100_000, 100_000, 100_000];

        public long[] LeastFree { get; } = [long.MaxValue, long.MaxValue, long.MaxValue];

        public int FirstTarget { get; private set; } = -1;

        public int Refuses { get; set; } = -1;

        public Dictionary<ulong, int> Where { get; } = [];

        public Func<ulong, ushort, ushort> Arrived { get; set; } = (_, count) => count;

        public Func<ulong, MoveResult> Result { get; set; } = _ => MoveResult.Moved;

        public Topology Topology { get; }

        public PlaceMap Places { get; }

        public void Refresh()
        {
        }

        public long FreeBytes(int node) => Free[node] * Chunk.PageBytes;

        public NodeUse UseOf(int node) => new(FreeBytes(node), 0, 0, 0);

        public long ReserveBytes(int node) => 0;

        public void MoveFolios(
            ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, int targetNode, Span<MoveResult> results, Span<ushort> arrived)
        {
            Move(addresses, targetNode, results);
            for (int i = 0; i < addresses.Length; i++)
            {
                arrived[i] = Arrived(addresses[i], counts[i]);
            }
        }

        public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
        {
            FirstTarget = FirstTarget < 0 ? targetNode : FirstTarget;
            for (int i = 0; i < addresses.Length; i++)
            {
                results[i] = Refuses == targetNode ? MoveResult.NoMemory : Result(addresses[i]);
                if (results[i] == MoveResult.Moved)
                {
                    Free[targetNode]--;
                    Free[targetNode == 0 ? 1 : 0]++;
                    Where[addresses[i]] = targetNode;
                    LeastFree[targetNode] = Math.Min(LeastFree[targetNode], Free[targetNode]);
                }
            }
        }
    }
}
