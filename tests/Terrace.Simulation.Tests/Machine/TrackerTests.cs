using FsCheck.Xunit;
using Terrace.Core.Machine;
using Terrace.Simulation.Machine;

namespace Terrace.Simulation.Tests.Machine;

public sealed class TrackerTests
{
    private readonly SimulatedMachine _machine = Machines.TwoTiers(2000, 4000);
    private readonly SimulatedProcess _process;

    public TrackerTests() => _process = _machine.StartProcess("app");

    [Property]
    public void A_read_reports_exactly_the_pages_accessed_since_the_last_clear(ushort[] before, ushort[] after)
    {
        SimulatedProcess process = Machines.TwoTiers(500, 2000).StartProcess("app");
        SimulatedMapping mapping = process.Map(1300);
        HashSet<int> mapped = Touch(process, mapping, before);
        process.Clearer.Clear();
        HashSet<int> accessed = Touch(process, mapping, after);
        mapped.UnionWith(accessed);
        RecordingSink sink = Read(process);
        Assert.Equal(mapped.Select(mapping.AddressOf).Order(), sink.PageAt.Keys.Order());
        Assert.Equal(
            accessed.Select(mapping.AddressOf).Order(), sink.PageAt.Where(page => page.Value.Accessed).Select(page => page.Key).Order());
    }

    [Fact]
    public void A_read_tells_the_place_of_every_page()
    {
        SimulatedMachine machine = new(new SimulatedMachineSpec
        {
            Nodes =
            [
                .. Enumerable.Range(0, 4)
                    .Select(node => new SimulatedNodeSpec(node, 300 * 4096, 100 * (node + 1)) { HasCpus = node == 0, ReserveBytes = 0 }),
            ],
        });
        SimulatedProcess process = machine.StartProcess("app");
        SimulatedMapping mapping = process.Map(1200);
        Assert.True(process.Populate(mapping));
        RecordingSink sink = Read(process);
        for (int page = 0; page < mapping.Pages; page++)
        {
            Assert.Equal(machine.Places.PlaceOf(process.NodeOf(mapping, page)!.Value), sink.PageAt[mapping.AddressOf(page)].Place);
        }
    }

    [Fact]
    public void Reading_does_not_clear()
    {
        SimulatedMapping mapping = _process.Map(10);
        _process.Access(mapping, 3);
        Read(_process);
        Assert.True(Read(_process).PageAt[mapping.AddressOf(3)].Accessed);
    }

    [Fact]
    public void An_access_to_any_part_of_a_huge_page_marks_all_of_it()
    {
        SimulatedMapping mapping = _process.Map(1024, hugePages: true);
        _process.Populate(mapping);
        _process.Clearer.Clear();
        _process.Access(mapping, 700);
        RecordingSink sink = Read(_process);
        Assert.All(Enumerable.Range(0, 1024), page => Assert.Equal((page >= 512, 0, true), sink.PageAt[mapping.AddressOf(page)]));
    }

    [Fact]
    public void Memory_that_was_unmapped_is_no_longer_reported_and_comes_back_when_touched()
    {
        SimulatedMapping mapping = _process.Map(100);
        _process.Populate(mapping);
        _process.Unmap(mapping, 10, 20);
        Assert.Equal(80, Read(_process).PageAt.Count);
        _process.Access(mapping, 15);
        Assert.Equal(81, Read(_process).PageAt.Count);
    }

    [Fact]
    public void Remapped_pages_are_reported_at_their_new_addresses_on_their_old_nodes()
    {
        SimulatedMapping mapping = _process.Map(2100);
        _process.Populate(mapping);
        SimulatedMapping other = _process.Map(5);
        _process.Populate(other);
        ulong oldStart = mapping.Start;
        _process.Remap(mapping, 2300);
        RecordingSink sink = Read(_process);
        Assert.NotEqual(oldStart, mapping.Start);
        Assert.DoesNotContain(oldStart, sink.PageAt.Keys);
        Assert.Equal(2105, sink.PageAt.Count);
        Assert.Equal(0, sink.PageAt[mapping.AddressOf(1999)].Place);
        Assert.Equal(1, sink.PageAt[mapping.AddressOf(2000)].Place);
    }

    [Fact]
    public void Exec_is_told_once_and_exit_for_ever()
    {
        _process.Populate(_process.Map(10));
        _process.Exec();
        Assert.Equal(ScanStatus.AddressSpaceReplaced, _process.Clearer.Clear().Status);
        Assert.Equal(ScanStatus.Complete, _process.Clearer.Clear().Status);
        Assert.Empty(Read(_process).PageAt);
        _process.Exit();
        Assert.Equal(ScanStatus.ProcessGone, _process.Clearer.Clear().Status);
        Assert.Equal(ScanStatus.ProcessGone, _process.Tracker.Read(new RecordingSink()).Status);
    }

    [Fact]
    public void A_process_can_exit_in_the_middle_of_a_read()
    {
        _process.Populate(_process.Map(512 * 4));
        _process.Faults.ExitAfterChunksRead = 2;
        RecordingSink sink = new();
        Assert.Equal(ScanStatus.ProcessGone, _process.Tracker.Read(sink).Status);
        Assert.Equal(2 * 512, sink.PageAt.Count);
        Assert.Equal(ProcessState.Exited, _process.State);
    }

    [Fact]
    public void A_refused_scan_says_why()
    {
        _process.Faults.ScanErrno = 1;
        Assert.Equal(new ScanOutcome(ScanStatus.Failed, TimeSpan.Zero, 1), _process.Clearer.Clear());
    }

    [Fact]
    public void Scanning_takes_virtual_time_in_proportion_to_the_address_space()
    {
        _process.Populate(_process.Map(512 * 4));
        TimeSpan expected = TimeSpan.FromMicroseconds(4 * _machine.Spec.ReadNsPerChunk / 1000.0);
        Assert.Equal(expected, _process.Tracker.Read(new RecordingSink()).Duration);
        Assert.Equal(expected, _machine.Clock.Elapsed);
        Assert.Equal(expected, _machine.TieringTime);
    }

    private static RecordingSink Read(SimulatedProcess process)
    {
        RecordingSink sink = new();
        Assert.Equal(ScanStatus.Complete, process.Tracker.Read(sink).Status);
        return sink;
    }

    private static HashSet<int> Touch(SimulatedProcess process, SimulatedMapping mapping, ushort[] pages)
    {
        HashSet<int> touched = [.. pages.Select(page => page % mapping.Pages)];
        Assert.All(touched, page => Assert.True(process.Access(mapping, page)));
        return touched;
    }
}
