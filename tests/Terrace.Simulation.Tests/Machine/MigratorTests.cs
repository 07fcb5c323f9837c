using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Machine;

public sealed class MigratorTests
{
    private readonly SimulatedMachine _machine = Machines.TwoTiers(2000, 2000, reservePages: 30);
    private readonly SimulatedProcess _process;
    private readonly SimulatedMapping _mapping;

    public MigratorTests()
    {
        _process = _machine.StartProcess("app");
        _mapping = _process.Map(1000);
        _process.Populate(_mapping);
    }

    [Fact]
    public void A_moved_page_is_on_the_target_and_keeps_its_accessed_bit()
    {
        _process.Clearer.Clear();
        _process.Access(_mapping, 1);
        Assert.Equal([MoveResult.Moved, MoveResult.Moved], Move(1, 0, 1));
        Assert.Equal(1, _process.NodeOf(_mapping, 0));
        Assert.True(_mapping.IsAccessed(1));
        Assert.False(_mapping.IsAccessed(0));
        Assert.Equal(2, _machine.MovedPages);
        Assert.Equal([MoveResult.AlreadyThere], Move(1, 1));
        Machines.AssertExact(_machine);
    }

    [Fact]
    public void Addresses_without_a_page_are_gone()
    {
        _process.Unmap(_mapping, 7, 1);
        MoveResult[] results = new MoveResult[4];
        _process.Migrator.Move([_mapping.AddressOf(7), _mapping.AddressOf(1000), 0, ulong.MaxValue], 1, results);
        Assert.All(results, result => Assert.Equal(MoveResult.Gone, result));
    }

    [Fact]
    public void A_full_node_takes_pages_only_down_to_its_min_watermark()
    {
        Assert.True(_machine.Nodes[1].TryOccupy(1900));
        MoveResult[] results = Move(1, [.. Enumerable.Range(0, 100)]);
        Assert.Equal(80, results.Count(result => result == MoveResult.Moved));
        Assert.Equal(20, results.Count(result => result == MoveResult.NoMemory));
        Assert.Equal(20, _machine.Nodes[1].FreePages);
        Assert.Equal([MoveResult.NoMemory], Move(9, 500));
    }

    [Fact]
    public void One_address_moves_a_whole_huge_page()
    {
        SimulatedMapping huge = _process.Map(512, hugePages: true);
        _process.Access(huge, 0);
        MoveResult[] results = new MoveResult[1];
        _process.Migrator.Move([huge.AddressOf(17)], 1, results);
        Assert.Equal(MoveResult.Moved, results[0]);
        Assert.Equal(512, _process.PagesOn(1));
        Assert.True(huge.IsHuge(0));
        Machines.AssertExact(_machine);
    }

    [Fact]
    public void Any_page_of_a_folio_moves_all_of_it_and_a_second_one_in_the_same_call_is_busy()
    {
        SimulatedMapping folios = _process.Map(64, folioPages: 16);
        Assert.True(_process.Populate(folios));
        MoveResult[] results = new MoveResult[5];
        _process.Migrator.Move(
            [folios.AddressOf(5), folios.AddressOf(6), folios.AddressOf(7), folios.AddressOf(16), folios.AddressOf(40)], 1, results);
        Assert.Equal(
            [MoveResult.Moved, MoveResult.Busy, MoveResult.AlreadyThere, MoveResult.Moved, MoveResult.Moved], results);
        Assert.Equal(48, _process.PagesOn(1));
        Assert.Equal((32, 16), folios.FolioOf(40));
        Machines.AssertExact(_machine);
    }

    [Fact]
    public void A_folio_that_is_cleared_in_part_is_split_and_one_that_is_cleared_whole_is_not()
    {
        SimulatedMapping folios = _process.Map(64, folioPages: 16);
        Assert.True(_process.Populate(folios));
        ulong[] pages = [.. Enumerable.Range(0, 24).Select(folios.AddressOf)];
        Assert.Equal(24, _process.Clearer.ClearSome(pages));
        Assert.Equal(1, folios.SplitFolios);
        Assert.Equal((16, (17, 1)), (folios.FolioOf(3).Pages, folios.FolioOf(17)));
    }

    [Fact]
    public void Pinned_and_shared_pages_fail_at_every_attempt_and_busy_ones_at_random()
    {
        int[] all = [.. Enumerable.Range(0, 1000)];
        _process.Faults.PinnedFraction = 0.2;
        _process.Faults.DeniedFraction = 0.1;
        MoveResult[] first = Move(1, all);
        MoveResult[] second = Move(1, all);
        Assert.InRange(first.Count(result => result == MoveResult.Busy), 150, 250);
        Assert.InRange(first.Count(result => result == MoveResult.Denied), 50, 120);
        Assert.All(all, page => Assert.Equal(first[page], second[page] == MoveResult.AlreadyThere ? MoveResult.Moved : second[page]));
        _process.Faults.PinnedFraction = _process.Faults.DeniedFraction = 0;
        _process.Faults.BusyFraction = 0.5;
        Assert.InRange(Move(0, all).Count(result => result == MoveResult.Busy), 250, 450);
    }

    [Fact]
    public void A_page_that_is_reported_gone_is_unmapped()
    {
        _process.Faults.GoneFraction = 1;
        Assert.Equal([MoveResult.Gone], Move(1, 3));
        Assert.False(_mapping.IsPresent(3));
        Assert.Equal(999, _process.ResidentPages);
    }

    [Fact]
    public void A_process_that_exits_in_the_middle_of_a_move_leaves_its_memory_free()
    {
        _process.Faults.ExitAfterMoves = 2;
        Assert.Equal([MoveResult.Moved, MoveResult.Moved, MoveResult.ProcessGone, MoveResult.ProcessGone], Move(1, 0, 1, 2, 3));
        Assert.All(_machine.Nodes, node => Assert.Equal(node.CapacityPages, node.FreePages));
    }

    [Fact]
    public void Moving_takes_virtual_time_for_the_call_and_for_each_page()
    {
        Move(1, 0, 1, 2);
        int nanoseconds = _machine.Spec.MoveNsPerCall + (3 * _machine.Spec.MoveNsPerPage);
        Assert.Equal(nanoseconds, _machine.Clock.GetTimestamp());
    }

    private MoveResult[] Move(int node, params int[] pages)
    {
        MoveResult[] results = new MoveResult[pages.Length];
        _process.Migrator.Move([.. pages.Select(_mapping.AddressOf)], node, results);
        return results;
    }
}
