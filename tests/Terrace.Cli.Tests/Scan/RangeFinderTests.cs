using Terrace.Cli.Scan;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Scan;

public sealed class RangeFinderTests : IDisposable
{
    private const int Scans = 4;
    private const int BigChunks = 32;

    // A big mapping of which every tenth page is hot, a small one that is hot all over, and one that nobody touches.
    private static readonly ProcessMapping[] s_mappings =
    [
        Mapping(0, BigChunks * Chunk.Pages, ""),
        Mapping(40 * Chunk.Pages, 4, "/memfd:crumb"),
        Mapping(50 * Chunk.Pages, Chunk.Pages, "cold"),
    ];

    private readonly HeatMap _heat = new();
    private readonly RangeFinder _finder;

    public RangeFinderTests()
    {
        _heat.BeginRound();
        for (int scan = 0; scan < Scans; scan++)
        {
            _heat.BeginScan();
            for (int chunk = 0; chunk < BigChunks; chunk++)
            {
                Record(chunk, Chunk.Pages, page => page % 10 == 0);
            }

            Record(40, 4, _ => true);
            Record(50, Chunk.Pages, _ => false);
            _heat.EndScan();
        }

        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(8L << 20, 64L << 20));
        _finder = new RangeFinder(_heat, s_mappings, machine.Places);
    }

    public void Dispose() => _heat.Dispose();

    [Fact]
    public void A_hot_set_that_is_scattered_over_a_mapping_comes_before_crumbs_that_are_hotter_all_over()
    {
        ScanRange[] mappings = [.. _finder.Mappings(10)];
        Assert.Equal(["anonymous", "/memfd:crumb"], mappings.Select(mapping => mapping.Mapping));
        int hot = BigChunks * ((Chunk.Pages + 9) / 10);
        Assert.Equal(((long)hot, (long)BigChunks * Chunk.Pages), (mappings[0].HotPages, mappings[0].Pages));
        Assert.Equal((4L, 4L, 4.0), (mappings[1].HotPages, mappings[1].Pages, mappings[1].MeanHeat));
    }

    [Fact]
    public void A_scattered_hot_set_is_one_range_and_what_nobody_touched_is_none()
    {
        ScanRange[] ranges = [.. _finder.Hottest(10)];
        Assert.Equal(["anonymous", "/memfd:crumb"], ranges.Select(range => range.Mapping));
        Assert.DoesNotContain(ranges, range => range.MeanHeat == 0);
    }

    [Fact]
    public void No_more_are_listed_than_asked_for() =>
        Assert.Equal(("anonymous", "anonymous"), (Assert.Single(_finder.Mappings(1)).Mapping, Assert.Single(_finder.Hottest(1)).Mapping));

    private static ProcessMapping Mapping(int page, int pages, string name) => new(
        (ulong)page * Chunk.PageBytes, (ulong)(page + pages) * Chunk.PageBytes, "rw-p", MappingKind.Anonymous, name);

    private void Record(int chunk, int pages, Func<int, bool> accessed)
    {
        ChunkFacts facts = default;
        for (int page = 0; page < pages; page++)
        {
            facts.Present[page / 64] |= 1UL << (page % 64);
            facts.Accessed[page / 64] |= accessed(page) ? 1UL << (page % 64) : 0;
        }

        _heat.Record((ulong)chunk, facts);
    }
}
