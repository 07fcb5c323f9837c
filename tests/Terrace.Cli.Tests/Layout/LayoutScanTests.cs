using Terrace.Cli.Layout;
using Terrace.Cli.Layout.Plan;
using Terrace.Cli.Terminal;
using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Layout;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Layout;

/// <summary>Scans of simulated processes, and plans made of them.</summary>
public sealed class LayoutScanTests
{
    // 32 MiB in blocks of 2 MiB, of which 8 MiB fit into fast memory.
    private const int Pages = 16 * Block;
    private const int Block = 512;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(1);
    private static readonly PageSpan[] s_memory = [new(0, Pages)];

    private readonly SimulatedMachine _machine = new(SimulatedMachineSpec.TwoTiers(40L << 20, 64L << 20));
    private readonly SimulatedProcess _process;
    private readonly SimulatedMapping _mapping;

    public LayoutScanTests()
    {
        _process = _machine.StartProcess("guest");
        _mapping = _process.Map(Pages);
        _process.Populate(_mapping);
    }

    [Fact]
    public void Each_page_has_as_much_heat_as_scans_saw_it_accessed_however_many_there_are()
    {
        // Page n is accessed in every nth scan; 40 scans are more than a round of the heat map holds.
        PageHeat heat = Scan(40, scan =>
        {
            for (int page = 1; page < 100; page++)
            {
                if (scan % page == 0)
                {
                    _process.Access(_mapping, page);
                }
            }
        });
        Assert.Equal(0, heat.Of(0));
        for (int page = 1; page < 100; page++)
        {
            Assert.Equal(((40 - 1) / page) + 1, heat.Of((ulong)page));
        }

        Assert.Equal(0, heat.Of(100));
    }

    [Fact]
    public void Parts_of_the_address_space_are_counted_by_where_in_the_memory_they_lie()
    {
        // As a guest with a hole below 4 GiB: the second half begins at another address than in the process.
        PageSpan[] memory = [new(0, 700), new(10_000, 10_300)];
        PageHeat heat = new(memory);
        LayoutUser user = new(Working(_ => Touch(0, 699, 700, 999, 1000)), [Mapping(0, 700, 0), Mapping(700, 1000, 10_000)]);
        Assert.True(new LayoutScan([user], Progress(), CancellationToken.None).Run(heat, 3, s_interval));
        Assert.Equal([0UL, 699, 10_000, 10_299], Enumerable.Range(0, 10_301).Select(page => (ulong)page).Where(page => heat.Of(page) > 0));
        Assert.Equal(3, heat.Of(10_299));
    }

    [Fact]
    public void A_plan_brings_the_hot_blocks_up_and_says_how_many_accesses_that_serves()
    {
        // Three hot blocks in the last quarter of the memory, and single hot pages all over the first half.
        PageHeat heat = Scan(10, _ =>
        {
            for (int page = 13 * Block; page < 16 * Block; page++)
            {
                _process.Access(_mapping, page);
            }

            for (int page = 0; page < 8 * Block; page += 64)
            {
                _process.Access(_mapping, page);
            }
        });

        // All but the first quarter lies in slow memory.
        int[] nodes = [.. Enumerable.Range(0, Pages).Select(page => page < Pages / 4 ? 0 : 1)];
        HeatBlocks blocks = new(s_memory, Block, _machine.Topology, heat);
        blocks.Add(0, nodes);
        LayoutProposal proposal = LayoutProposal.Of(blocks, FastShare.OfPages(0.25), _machine, Report());
        LayoutPlanReport report = proposal.Report;
        Assert.Equal((Pages / 4, 4 * Block, 4 * Block), (report.FastPagesNow, report.FastPagesThen, report.SharePages));
        Assert.All(Enumerable.Range(13, 3), block => Assert.Equal(0, proposal.Plan.Layout.NodeOf((ulong)(block * Block))));
        Assert.Equal(0, proposal.Plan.Layout.NodeOf(0));
        Assert.Equal((3L * Block, 3L * Block), (report.UpPages, report.DownPages));

        const double All = (3 * Block) + 64;
        Assert.Equal(32 / All, report.FastAccessesNow, 6);
        Assert.Equal(((3 * Block) + 8) / All, report.FastAccessesThen, 6);
        Assert.Equal(1, report.FastAccessesByPages, 6);
    }

    [Fact]
    public void More_than_fast_memory_has_room_for_is_not_planned()
    {
        PageHeat heat = Scan(4, _ => Touch(1, Block));
        HeatBlocks blocks = new(s_memory, Block, _machine.Topology, heat);
        blocks.Add(0, [.. Enumerable.Repeat(1, Pages)]);
        _machine.Refresh();
        long room = (_machine.FreeBytes(0) - _machine.ReserveBytes(0)) / 4096;
        Assert.InRange(room, 0, Pages - 1);
        LayoutPlanReport report = LayoutProposal.Of(blocks, FastShare.OfPages(1), _machine, Report()).Report;
        Assert.Equal(room, report.SharePages);
        Assert.Contains("fast memory has room for", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_access_there_is_no_plan()
    {
        PageHeat heat = Scan(2, _ => { });
        HeatBlocks blocks = new(s_memory, Block, _machine.Topology, heat);
        blocks.Add(0, [.. Enumerable.Repeat(1, Pages)]);
        CommandFailure failure = Assert.Throws<CommandFailure>(() => LayoutProposal.Of(blocks, FastShare.Auto, _machine, Report()));
        Assert.Equal(ExitCode.Unavailable, failure.ExitCode);
    }

    [Fact]
    public void One_of_several_processes_may_end_meanwhile_but_not_all()
    {
        SimulatedProcess other = _machine.StartProcess("other");
        PageHeat heat = new(s_memory);
        LayoutUser stays = new(Working(_ => Touch(5)), [Mapping(0, Pages, 0)]);
        LayoutUser ends = new(new WorkingProcess(other, scan => Unless(scan < 2, other.Exit)), []);
        Assert.True(new LayoutScan([ends, stays], Progress(), CancellationToken.None).Run(heat, 5, s_interval));
        Assert.Equal(5, heat.Of(5));

        LayoutUser last = new(Working(scan => Unless(scan < 2, _process.Exit)), []);
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => new LayoutScan([last], Progress(), CancellationToken.None).Run(heat, 5, s_interval));
        Assert.Equal(ExitCode.NoSuchProcess, failure.ExitCode);
    }

    [Fact]
    public void What_is_stopped_has_no_result()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.False(
            new LayoutScan([new LayoutUser(Working(_ => { }), [])], Progress(), stop.Token)
                .Run(new PageHeat(s_memory), 3, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Text_says_what_is_gained_what_moves_and_how_to_continue()
    {
        LayoutPlanReport report = Report() with
        {
            InUsePages = Pages,
            SharePages = Pages / 4,
            FastPagesThen = Pages / 4,
            FastAccessesNow = 0.25,
            FastAccessesThen = 0.9,
            FastAccessesByPages = 0.95,
            UpPages = Block,
            Ranges = [new LayoutRangeReport(0, 2 << 20, 1)],
        };
        foreach (
            (LayoutPlanReport shown, string last) in new[]
            {
                (report, "nothing was changed; --output FILE"),
                (report with { File = "plan.yaml" }, "sudo terrace layout apply 12 plan.yaml carries it out"),
            })
        {
            using StringWriter writer = new();
            LayoutPlanText.Write(new TextOutput(writer), shown, "12");
            string text = writer.ToString();
            foreach (
                string word in (string[])["32 MiB in memory", "25.0 %", "90.0 %", "95.0 %", "moves 2 MiB: 2 MiB to fast memory, 0 B to "
                    + "slower", "would serve 5.0 % of the accesses more", "by second-level", last])
            {
                Assert.Contains(word, text, StringComparison.Ordinal);
            }
        }
    }

    private static void Unless(bool condition, Action action)
    {
        if (!condition)
        {
            action();
        }
    }

    private static LayoutProgress Progress() => new(new CliConsole(TextWriter.Null, TextWriter.Null), 1);

    private static LayoutPlanReport Report() => new()
    {
        Memory = "guest of process 12",
        IsGuest = true,
        Pages = Pages,
        Processes = [new LayoutUserReport(12, "qemu", "second-level")],
        Scans = 10,
        IntervalMs = 1,
        BlockPages = Block,
    };

    private WorkingProcess Working(Action<int> work) => new(_process, work);

    private LayoutMapping Mapping(int from, int to, ulong first) =>
        new(_process.Pid, _mapping.AddressOf(from), _mapping.AddressOf(to - 1) + 4096, first);

    private PageHeat Scan(int scans, Action<int> work)
    {
        PageHeat heat = new(s_memory);
        Assert.True(
            new LayoutScan([new LayoutUser(Working(work), [Mapping(0, Pages, 0)])], Progress(), CancellationToken.None)
                .Run(heat, scans, s_interval));
        return heat;
    }

    private void Touch(params int[] pages)
    {
        foreach (int page in pages)
        {
            _process.Access(_mapping, page);
        }
    }
}
