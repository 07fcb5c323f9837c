using Terrace.Core.Placement;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Simulation.Machine;
using Terrace.Simulation.Runs;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Tests.Engine;

/// <summary>What is said of a share that cannot be had, on machines a sixteenth of the size of real ones.</summary>
public sealed class MissedShareTests
{
    private const int MiB = 256 / 16;
    private const int Size = 400 * MiB;

    /// <summary>Shares, nanoseconds for the move of a page, MiB a second, and how many tiers.</summary>
    public static readonly MatrixTheoryData<double, int, int, int> Paces =
        new([0.1, 0.5, 0.9], [1_500, 400_000], [1, 16], [2, 3]);

    private static readonly TieringOptions s_options = new() { RateLimitBytesPerSecond = (256L << 20) / 16 };

    [Fact]
    public void Room_on_a_slow_node_that_the_process_may_not_use_is_said_next_to_the_full_one()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 64, 250), Node(2, 1024, 250));
        RouteLog missed = Manage(machine, share: 0.2, allowed: [0, 1]);
        Assert.Equal(MissedReasons.FullNodes | MissedReasons.Isolated, missed.Reasons);
        Assert.Equal([1], missed.FullNodes);
        Assert.True(missed.MissedPages < 0, "it has more than its share");
    }

    [Fact]
    public void Fast_memory_of_a_socket_that_the_process_may_not_use_is_said()
    {
        SimulatedMachine machine = Machine(Node(0, 64, 100), Node(1, 1024, 100), Node(2, 1024, 250));
        RouteLog missed = Manage(machine, share: 0.5, allowed: [0, 2]);
        Assert.Equal(MissedReasons.Isolated, missed.Reasons);
        Assert.InRange(missed.MissedPages, 130 * MiB, 145 * MiB);
    }

    [Fact]
    public void A_process_that_may_use_nodes_of_one_tier_only_is_said_to_be_isolated()
    {
        SimulatedMachine machine = Machine(Node(0, 1024, 100), Node(1, 1024, 250));
        RouteLog missed = Manage(machine, share: 0.2, allowed: [0]);
        Assert.Equal(MissedReasons.Isolated, missed.Reasons);
        Assert.Empty(missed.FullNodes);
    }

    [Fact]
    public void Page_cache_that_cannot_be_dropped_is_said_where_it_takes_what_is_lacking()
    {
        SimulatedNodeSpec cached = Node(0, 512, 100) with { OccupiedBytes = Bytes(400), HeldCacheBytes = Bytes(300) };
        Assert.Equal(MissedReasons.PageCache, Manage(Machine(cached, Node(1, 1024, 250)), share: 0.5).Reasons);
    }

    [Fact]
    public void Pools_of_huge_pages_are_said_where_they_take_what_is_lacking()
    {
        SimulatedNodeSpec pooled = Node(0, 512, 100) with { OccupiedBytes = Bytes(400), PoolBytes = Bytes(400) };
        Assert.Equal(MissedReasons.HugetlbPool, Manage(Machine(pooled, Node(1, 1024, 250)), share: 0.5).Reasons);
        SimulatedNodeSpec slow = Node(1, 512, 250) with { OccupiedBytes = Bytes(400), PoolBytes = Bytes(400) };
        RouteLog full = Manage(Machine(Node(0, 512, 100), slow), share: 0.2);
        Assert.Equal(MissedReasons.FullNodes | MissedReasons.HugetlbPool, full.Reasons);
    }

    [Fact]
    public void Fast_memory_that_others_have_is_said_to_have_no_room()
    {
        SimulatedNodeSpec used = Node(0, 512, 100) with { OccupiedBytes = Bytes(400) };
        RouteLog missed = Manage(Machine(used, Node(1, 1024, 250)), share: 0.5);
        Assert.Equal(MissedReasons.FullNodes, missed.Reasons);
        Assert.Equal([0], missed.FullNodes);
        Assert.True(missed.MissedPages > 0);
    }

    [Fact]
    public void A_minimum_that_is_missed_says_why_also_where_the_share_is_automatic()
    {
        SimulatedNodeSpec used = Node(0, 512, 100) with { OccupiedBytes = Bytes(400) };
        FastTerms terms = new() { MinPages = Size / 2 };
        RouteLog missed = Manage(Machine(used, Node(1, 1024, 250)), share: null, terms: terms);
        Assert.Equal((MissedReasons.FullNodes, true), (missed.Reasons, missed.MissedPages > 0));
        RouteLog bound = Manage(Machine(Node(0, 512, 100), Node(1, 1024, 250)), share: null, allowed: [1], terms: terms);
        Assert.Equal((MissedReasons.Isolated, terms.MinPages), (bound.Reasons, bound.MissedPages));
        RouteLog met = Manage(Machine(Node(0, 1024, 100), Node(1, 1024, 250)), share: null, terms: terms);
        Assert.Equal(MissedReasons.None, met.Reasons);
    }

    [Fact]
    public void A_little_of_the_cause_is_not_said()
    {
        SimulatedNodeSpec cached = Node(0, 512, 100) with { OccupiedBytes = Bytes(400), HeldCacheBytes = Bytes(10), PoolBytes = Bytes(10) };
        Assert.Equal(MissedReasons.FullNodes, Manage(Machine(cached, Node(1, 1024, 250)), share: 0.5).Reasons);
    }

    [Fact]
    public void A_share_that_waits_for_processor_time_says_so_until_it_is_met()
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 1024, 250));
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(Size, 0.1, 0.9, seed: 3));
        List<MissedReasons> said = [];
        RoundsSaid rounds = new(said);
        TieringOptions options = s_options with
        {
            RateLimitBytesPerSecond = 1 << 20,
            CpuLimit = 0.03,
            CpuBurst = TimeSpan.FromMilliseconds(100),
        };
        using TieringEngine engine = new(machine, options, machine.Clock, rounds, () => machine.TieringTime + rounds.Reading);
        engine.Add(load.Process, FastShare.OfPages(0.2));
        driver.Run(TimeSpan.FromSeconds(300), engine.Step);
        Assert.Contains(said, reasons => reasons.HasFlag(MissedReasons.CpuLimit));
        Assert.Equal(MissedReasons.None, said[^1]);
    }

    [Theory]
    [MemberData(nameof(Paces))]
    public void No_round_misses_a_share_without_saying_why(double share, int moveNs, int rateMiB, int tiers)
    {
        SimulatedNodeSpec[] nodes = [Node(0, 256, 100), Node(1, 512, 250), Node(2, 512, 400)];
        SimulatedMachine machine = new(new SimulatedMachineSpec { Nodes = nodes[..tiers], MoveNsPerPage = moveNs });
        SimulationDriver driver = new(machine);
        SimulatedLoad load = driver.Start(new ScatteredHotSet(Size, 0.1, 0.9, seed: 3));
        List<MissedReasons> said = [];
        RoundsSaid rounds = new(said, whenMissed: true);
        using TieringEngine engine = new(
            machine, s_options with { RateLimitBytesPerSecond = (long)rateMiB << 20 }, machine.Clock, rounds);
        engine.Add(load.Process, FastShare.OfPages(share));
        driver.Run(TimeSpan.FromSeconds(30), engine.Step);
        Assert.True(rounds.Count > 3, "there were rounds");
        Assert.DoesNotContain(MissedReasons.None, said);
    }

    [Fact]
    public void What_takes_longer_than_one_round_for_the_cost_of_moves_is_said_to_need_more_rounds()
    {
        SimulatedMachine machine = new(
            new SimulatedMachineSpec { Nodes = [Node(0, 512, 100), Node(1, 1024, 250)], MoveNsPerPage = 4_000_000 });
        RouteLog missed = Manage(machine, share: 0.2, seconds: 10);
        Assert.Equal(MissedReasons.MoreRounds, missed.Reasons);
        Assert.True(missed.MissedPages < 0, "it has more than its share");
    }

    /// <summary>
    /// 10 huge pages: a share of 0.43 is 0.3 of one more than 4, which is nearest; of 0.47 0.3 less than 5.
    /// </summary>
    [Theory]
    [InlineData(0.43, 4)]
    [InlineData(0.47, 5)]
    [InlineData(0.5, 5)]
    public void Of_huge_pages_the_nearest_number_is_held_and_not_changed_again(double share, int held)
    {
        SimulatedMachine machine = Machine(Node(0, 512, 100), Node(1, 1024, 250));
        SimulationDriver driver = new(machine);
        SimulatedProcess process = machine.StartProcess("few");
        SimulatedMapping mapping = process.Map(10 * Chunk.Pages, hugePages: true);
        Assert.True(process.Populate(mapping));
        driver.Add(process, mapping, new UniformAccess(10 * Chunk.Pages));
        RouteLog rounds = new();
        using TieringEngine engine = new(machine, s_options, machine.Clock, rounds);
        engine.Add(process, FastShare.OfPages(share));
        driver.Run(TimeSpan.FromSeconds(20), engine.Step);
        long moved = rounds.Promoted + rounds.Demoted;
        driver.Run(TimeSpan.FromSeconds(100), engine.Step);
        Assert.Equal(held * Chunk.Pages, rounds.Fast);
        Assert.Equal(moved, rounds.Promoted + rounds.Demoted);
        Assert.Equal(held == 5 && share == 0.5 ? MissedReasons.None : MissedReasons.HugePages, rounds.Reasons);
    }

    private static RouteLog Manage(
        SimulatedMachine machine, double? share, int[]? allowed = null, int seconds = 60, FastTerms? terms = null)
    {
        SimulationDriver driver = new(machine);
        SimulatedProcess process = machine.StartProcess("bound");
        process.AllowedNodes = allowed is null ? null : new HashSet<int>(allowed);
        SimulatedMapping mapping = process.Map(Size);
        Assert.True(process.Populate(mapping));
        driver.Add(process, mapping, new ScatteredHotSet(Size, 0.1, 0.9, seed: 3));
        RouteLog rounds = new();
        using TieringEngine engine = new(machine, s_options, machine.Clock, rounds);
        engine.Add(process, share is { } part ? FastShare.OfPages(part) : FastShare.Auto, terms);
        driver.Run(TimeSpan.FromSeconds(seconds), engine.Step);
        Machines.AssertExact(machine);
        return rounds;
    }

    private static long Bytes(int mebibytes) => (long)mebibytes * MiB * Machines.PageBytes;

    private static SimulatedNodeSpec Node(int id, int mebibytes, int latencyNs) =>
        new(id, Bytes(mebibytes), latencyNs) { HasCpus = id == 0 };

    private static SimulatedMachine Machine(params IReadOnlyList<SimulatedNodeSpec> nodes) => new(new SimulatedMachineSpec
    {
        Nodes = nodes,
    });

    private sealed class RoundsSaid(List<MissedReasons> said, bool whenMissed = false) : IRoundObserver
    {
        public int Count { get; private set; }

        /// <summary>As where there are very many mappings to be read.</summary>
        public TimeSpan Reading { get; private set; }

        public void OnRound(RoundReport report, Core.Tracking.HeatMap heat)
        {
            Count++;
            if (!whenMissed || report.Missed.Pages != 0)
            {
                said.Add(report.Missed.Reasons);
            }

            Reading += TimeSpan.FromMilliseconds(300);
        }

        public void OnTargetGone(int pid) => Assert.Fail("nobody leaves");

        public void OnScanFailed(int pid, int errno) => Assert.Fail("no scan fails");
    }
}
