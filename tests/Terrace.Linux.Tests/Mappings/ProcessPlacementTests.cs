using Microsoft.Extensions.Time.Testing;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>
/// What a process chose itself is left alone. A mapping is named here by one letter at a fixed address: <c>a</c> is
/// 0x10000-0x20000, <c>b</c> 0x20000-0x30000, ….
/// </summary>
public sealed class ProcessPlacementTests : IDisposable
{
    private const string TwoNodes = "Mems_allowed_list:\t0-1\n";

    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12")
        .With("status", TwoNodes)
        .With("maps", "")
        .With("numa_maps", "");
    private readonly FakeTimeProvider _clock = new();
    private readonly LinuxMachine _machine;
    private readonly ProcessPlacement _placement;
    private readonly ManagedMappings _mappings;

    public ProcessPlacementTests()
    {
        _machine = new LinuxMachine(_tree.Root);
        Assert.Equal(0, ManagedMappings.TryOpen(_tree.Root, _machine, new SharedFiles(), out ManagedMappings? mappings, _clock));
        _mappings = mappings!;
        _placement = _mappings.Placement;
    }

    public void Dispose()
    {
        _mappings.Dispose();
        _machine.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public void Mappings_with_a_policy_of_their_own_are_left_alone_and_all_others_are_managed()
    {
        Have("a default", "c bind:1", "e default", "g interleave:0-1");
        Assert.Equal("ae", Managed());
        Assert.True(_placement.IsChosen(0x30fff));
        Assert.False(_placement.IsChosen(0x10000));
        Assert.Equal(2 * 4096, _placement.ChosenBytes);
    }

    [Fact]
    public void Overridden_they_are_managed_too()
    {
        Have("a default", "c bind:1");
        _placement.Respect = PlacementRespect.CpusetOnly;
        Assert.Equal("ac", Managed());
        _placement.Respect = PlacementRespect.Full;
        Assert.Equal("a", Managed());
    }

    [Fact]
    public void A_new_mapping_waits_until_its_policy_has_been_read_and_that_is_not_at_each_scan()
    {
        Have("a default");
        Assert.Equal("a", Managed());
        Have("a default", "c bind:1", "e default");
        Assert.Equal("a", Managed());
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("ae", Managed());
    }

    [Fact]
    public void A_mapping_that_grows_joins_or_shrinks_has_the_policy_that_it_had()
    {
        Have("a default", "d bind:1");
        Assert.Equal("a", Managed());

        // The kernel joins mappings of equal policy only.
        Maps("10000-30000", "30000-50000");
        Assert.Equal("ab", Managed());
        Maps("20000-28000", "38000-40000");
        Assert.Equal("b", Managed());
    }

    [Fact]
    public void A_policy_that_is_set_on_a_part_of_a_mapping_is_seen_soon_and_one_on_a_whole_mapping_within_a_minute()
    {
        Have("a default", "c default");
        Assert.Equal("ac", Managed());
        _tree.With("numa_maps", Policies("a bind:1", "c default"));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("ac", Managed());
        _clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("c", Managed());

        _tree.With("numa_maps", Policies("a bind:1", "c default") + "38000 bind:1 anon=1 N1=1 kernelpagesize_kB=4\n");
        Maps("10000-20000", "30000-38000", "38000-40000");
        Managed();
        _clock.Advance(TimeSpan.FromSeconds(1.1));
        _mappings.Refresh();
        Assert.Equal(new AddressRange(0x30000, 0x38000), Assert.Single(_mappings.Ranges.ToArray()));
    }

    [Fact]
    public void A_mapping_in_the_place_of_one_that_went_is_a_new_one()
    {
        Have("a default", "c default");
        Assert.Equal("ac", Managed());
        Have("a default");
        Assert.Equal("a", Managed());
        Have("a default", "c bind:1");
        Assert.Equal("a", Managed());
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a", Managed());
    }

    [Fact]
    public void A_process_that_may_have_memory_in_one_tier_only_is_left_alone_as_long_as_that_holds()
    {
        _tree.With("status", "Mems_allowed_list:\t1\n");
        Have("a default");
        Assert.Equal("", Managed());
        Assert.True(_mappings.LeavesAllAlone);
        _placement.Respect = PlacementRespect.CpusetOnly;
        Assert.Equal("", Managed());
        _placement.Respect = PlacementRespect.None;
        Assert.Equal("a", Managed());
        _placement.Respect = PlacementRespect.Full;
        _tree.With("status", TwoNodes);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("a", Managed());
    }

    [Fact]
    public void A_policy_that_named_all_nodes_is_a_choice_soon_after_another_node_has_come()
    {
        using CapturedTree tree = CapturedTree.CopyOf("three-tier-7")
            .With("sys/devices/system/node/online", "0-1\n")
            .With("status", "Mems_allowed_list:\t0-2\n")
            .With("maps", Line("10000-20000"))
            .With("numa_maps", Policies("a bind:0-1"));
        using LinuxMachine machine = new(tree.Root);
        Assert.Equal(0, ManagedMappings.TryOpen(tree.Root, machine, new SharedFiles(), out ManagedMappings? mappings, _clock));
        using (mappings)
        {
            Assert.Equal(1, mappings!.Refresh(mayHaveChanged: false));
            Assert.Equal(1, mappings.Ranges.Length);
            tree.With("sys/devices/system/node/online", "0-2\n");
            machine.Refresh();
            _clock.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(1, mappings.Refresh(mayHaveChanged: false));
            Assert.Equal(0, mappings.Ranges.Length);
        }
    }

    [Fact]
    public void On_known_mappings_nothing_is_read_and_there_is_no_garbage()
    {
        Have("a default", "c bind:1", "e default");
        Managed();
        _mappings.Refresh();
        Assert.Equal(0, Garbage.Of(() => _mappings.Refresh()));
    }

    [Fact]
    public void Mappings_that_cannot_have_changed_are_read_again_only_when_something_else_says_how_they_are_treated()
    {
        Have("a default", "c default");
        Assert.Equal("ac", Managed());
        Have("a default");
        Assert.Equal("ac", Managed(mayHaveChanged: false));
        Assert.Equal("a", Managed());
        Assert.Equal("a", Managed(mayHaveChanged: false));

        AddressAdvice advice = _mappings.Advice;
        Assert.True(advice.TryAdvise(At('a'), At('b'), MappingTreatment.Ignored));
        Assert.Equal("", Managed(mayHaveChanged: false));
        Assert.True(advice.TryAdvise(At('a'), At('b'), null));
        Assert.Equal("a", Managed(mayHaveChanged: false));

        _tree.With("status", "Mems_allowed_list:\t1\n");
        Assert.Equal("a", Managed(mayHaveChanged: false));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("", Managed(mayHaveChanged: false));
        _placement.Respect = PlacementRespect.None;
        Assert.Equal("a", Managed(mayHaveChanged: false));
    }

    [Fact]
    public void While_mappings_cannot_have_changed_policies_are_read_once_in_five_minutes()
    {
        Have("a default", "c default");
        Assert.Equal("ac", Managed());
        _tree.With("numa_maps", Policies("a bind:1", "c default"));
        _clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal("ac", Managed(mayHaveChanged: false));
        _clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.Equal("c", Managed(mayHaveChanged: false));

        // What may have changed once is read a minute after the last reading.
        _tree.With("numa_maps", Policies("a default", "c default"));
        Assert.Equal("c", Managed());
        _clock.Advance(TimeSpan.FromMinutes(1.1));
        Assert.Equal("ac", Managed(mayHaveChanged: false));
    }

    /// <summary>Gives the process mappings, each with its policy.</summary>
    private void Have(params string[] mappings)
    {
        _tree.With("maps", string.Concat(mappings.Select(mapping => Line($"{At(mapping[0]):x}-{At(mapping[0]) + 0x10000:x}"))));
        _tree.With("numa_maps", Policies(mappings));
    }

    private void Maps(params string[] ranges) => _tree.With("maps", string.Concat(ranges.Select(Line)));

    /// <summary>Scans; the letters of what is managed.</summary>
    private string Managed(bool mayHaveChanged = true)
    {
        Assert.True(_mappings.Refresh(mayHaveChanged) > 0);
        string letters = "";
        foreach (AddressRange range in _mappings.Ranges)
        {
            for (ulong at = range.Start & ~0xffffUL; at < range.End; at += 0x10000)
            {
                letters += (char)('a' + (at >> 16) - 1);
            }
        }

        return letters;
    }

    private static string Line(string range) => $"{range} rw-p 00000000 00:00 0 \n";

    private static string Policies(params string[] mappings) =>
        string.Concat(mappings.Select(mapping => $"{At(mapping[0]):x} {mapping[2..]} anon=1 dirty=1 N1=1 kernelpagesize_kB=4\n"));

    private static ulong At(char letter) => (ulong)(letter - 'a' + 1) << 16;
}
