using System.Globalization;
using System.Text;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>As many mappings as a process may have, which are read bit by bit.</summary>
public sealed class MappingsInPartsTests : IDisposable
{
    private const int Count = 65_000;

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;
    private readonly BoundedCalls _calls = new() { Grace = TimeSpan.FromMilliseconds(1) };
    private readonly string _folder;

    public MappingsInPartsTests()
    {
        _folder = Path.Combine(_tree.Root, "proc", "many");
        WriteMappings(Count);
        _tree.With("proc/many/mountinfo", "");
        _machine = new LinuxMachine(_tree.Root);
    }

    [Fact]
    public void They_come_out_as_when_they_are_read_at_once()
    {
        using ManagedMappings whole = Open(calls: null);
        Assert.Equal(Count, whole.Refresh());
        using ManagedMappings mappings = Open(_calls);
        int parts = 1;
        while (!mappings.Prepare(mayHaveChanged: true))
        {
            Assert.True(mappings.IsReading);
            parts++;
        }

        Assert.InRange(parts, 3, 10_000);
        Assert.Equal(1, mappings.Reads);
        Assert.Equal(Count, mappings.Refresh());

        // What was prepared was taken, and not read again.
        Assert.Equal(1, mappings.Reads);
        Assert.Equal(whole.Ranges.ToArray(), mappings.Ranges.ToArray());
        Assert.Equal(Count, mappings.Count);
    }

    [Fact]
    public void What_changes_meanwhile_is_for_the_next_reading()
    {
        using ManagedMappings mappings = Open(_calls);
        PrepareAll(mappings);
        Assert.Equal(Count, mappings.Refresh(mayHaveChanged: true));
        PrepareAll(mappings, mayHaveChanged: false);
        Assert.Equal(2, mappings.Reads);
        Assert.Equal(Count, mappings.Refresh(mayHaveChanged: false));
        PrepareAll(mappings, mayHaveChanged: false);
        Assert.Equal(Count, mappings.Refresh(mayHaveChanged: false));
        Assert.Equal(2, mappings.Reads);
    }

    [Fact]
    public void A_reading_that_is_broken_off_begins_again()
    {
        using ManagedMappings mappings = Open(_calls);
        Assert.False(mappings.Prepare(mayHaveChanged: true));
        mappings.Rules = null;
        Assert.False(mappings.IsReading);
        PrepareAll(mappings, mayHaveChanged: false);
        Assert.Equal(Count, mappings.Refresh());
        Assert.Equal(2, mappings.Reads);
    }

    [Fact]
    public void Who_has_no_place_waits_until_there_is_one()
    {
        // A process of root, as which nobody else is in the test, or of the one user who runs it, who has one place.
        List<System.Diagnostics.Process> others = [];
        while (_calls.LongWork.TryEnter(NewSleeper(others)))
        {
            Assert.InRange(others.Count, 1, LongWork.Places);
        }

        using ManagedMappings mappings = Open(_calls);
        for (int i = 0; i < 20; i++)
        {
            Assert.False(mappings.Prepare(mayHaveChanged: true));
            Assert.False(mappings.IsReading);
        }

        // The first time it was not known that it takes long; after it nothing is read in vain.
        Assert.Equal(1, mappings.Reads);
        others.ForEach(one => _calls.LongWork.Leave(one.Id));
        PrepareAll(mappings);
        Assert.Equal(Count, mappings.Refresh());
        foreach (System.Diagnostics.Process one in others)
        {
            one.Kill();
            one.Dispose();
        }
    }

    [Fact]
    public void Few_take_no_place_and_are_ready_at_once()
    {
        WriteMappings(40);
        using BoundedCalls patient = new() { Grace = TimeSpan.FromSeconds(10) };
        using ManagedMappings mappings = Open(patient);
        Assert.True(mappings.Prepare(mayHaveChanged: true));
        Assert.Equal(40, mappings.Refresh());
        Assert.Equal(1, mappings.Reads);
    }

    public void Dispose()
    {
        _calls.Dispose();
        _machine.Dispose();
        _tree.Dispose();
    }

    private static void PrepareAll(ManagedMappings mappings, bool mayHaveChanged = true)
    {
        while (!mappings.Prepare(mayHaveChanged && !mappings.IsReading))
        {
            Assert.True(mappings.IsReading);
        }
    }

    private static int NewSleeper(List<System.Diagnostics.Process> sleepers)
    {
        sleepers.Add(System.Diagnostics.Process.Start("sleep", "600"));
        return sleepers[^1].Id;
    }

    private void WriteMappings(int count)
    {
        StringBuilder text = new();
        for (int i = 0; i < count; i++)
        {
            // Every second one is apart from its neighbour.
            ulong start = 0x7f00_0000_0000 + ((ulong)i * 0x2000);
            text.Append(CultureInfo.InvariantCulture, $"{start:x}-{start + (i % 2 == 0 ? 0x2000UL : 0x1000UL):x} rw-p 00000000 00:00 0 \n");
        }

        _tree.With("proc/many/maps", text.ToString());
    }

    private ManagedMappings Open(BoundedCalls? calls)
    {
        Assert.Equal(
            0,
            ManagedMappings.TryOpen(
                _folder,
                _machine,
                new SharedFiles(),
                out ManagedMappings? mappings,
                calls: new ProcessCalls(Environment.ProcessId, calls)));
        mappings!.Placement.Respect = PlacementRespect.None;
        return mappings;
    }
}
