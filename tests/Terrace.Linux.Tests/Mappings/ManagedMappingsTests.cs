using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>The mappings of real processes.</summary>
public sealed class ManagedMappingsTests : IDisposable
{
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");
    private readonly LinuxMachine _machine;

    public ManagedMappingsTests() => _machine = new LinuxMachine(_tree.Root);

    public void Dispose()
    {
        _machine.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public void When_the_process_replaces_its_address_space_they_become_empty_until_they_follow_it_there()
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "read x; exec sleep 60"]) { RedirectStandardInput = true })!;
        using ManagedMappings mappings = Open($"/proc/{shell.Id}");
        mappings.Rules = new OneArea();
        Assert.InRange(mappings.Refresh(), 3, 100);
        AddressRange[] before = mappings.Ranges.ToArray();
        Assert.NotEmpty(before);
        Assert.True(mappings.Advice.TryAdvise(before[0].Start, before[0].End, MappingTreatment.Hot));
        shell.StandardInput.WriteLine();
        Assert.True(SpinWait.SpinUntil(() => mappings.Refresh() <= 0, TimeSpan.FromSeconds(10)));
        Assert.Equal(0, mappings.Refresh());
        Assert.Equal(0, mappings.Ranges.Length);

        Assert.Equal(0, mappings.TryFollow());
        Assert.Empty(mappings.Areas);
        Assert.InRange(mappings.Refresh(), 3, 100);
        Assert.NotEqual(before, mappings.Ranges.ToArray());
        Assert.Equal(OneArea.Area, Assert.Single(mappings.Areas));
        Assert.Equal(0, mappings.Advice.Count);
        shell.Kill();
        shell.WaitForExit();
        Assert.InRange(mappings.Refresh(), int.MinValue, 0);
        Assert.NotEqual(0, mappings.TryFollow());
    }

    [Fact]
    public void Reading_them_again_makes_no_garbage_and_ranges_ascend()
    {
        using ManagedMappings mappings = Open("/proc/self");
        mappings.Refresh();
        mappings.Refresh();
        int count = 0;
        Assert.Equal(0, Garbage.Of(() => count = mappings.Refresh()));
        Assert.InRange(count, 10, int.MaxValue);
        for (int i = 1; i < mappings.Ranges.Length; i++)
        {
            Assert.True(mappings.Ranges[i].Start > mappings.Ranges[i - 1].End);
        }
    }

    [Fact]
    public void What_the_operator_says_comes_first_then_advice_then_names()
    {
        using ManagedMappings mappings = Open("/proc/self");
        mappings.Refresh();
        AddressRange range = mappings.Ranges[0];
        Assert.True(mappings.Advice.TryAdvise(range.Start, range.End, MappingTreatment.Ignored));
        mappings.Refresh();
        Assert.DoesNotContain(range, mappings.Ranges.ToArray());
        mappings.Rules = new OneArea();
        mappings.Refresh();
        Assert.Contains(range.Start, mappings.Ranges.ToArray().Select(managed => managed.Start));
    }

    [Fact]
    public void Pools_of_huge_pages_that_are_mapped_several_times_over_count_once_and_private_ones_each_time()
    {
        using CapturedTree process = CapturedTree.Empty()
            .With("status", "Mems_allowed_list:\t0-1\n")
            .With(
                "maps",
                """
                7f0000000000-7f0000800000 rw-s 00000000 00:0f 31 /dev/hugepages/a
                7f1000000000-7f1000800000 rw-s 00000000 00:0f 31 /dev/hugepages/a
                7f2000000000-7f2000800000 rw-s 00400000 00:0f 31 /dev/hugepages/a
                7f3000000000-7f3000200000 rw-s 00000000 00:0f 32 /dev/hugepages/b
                7f4000000000-7f4000200000 rw-s 00000000 00:10 32 /dev/hugepages/b
                7f5000000000-7f5000400000 rw-p 00000000 00:0f 31 /dev/hugepages/a
                7f6000000000-7f6000400000 rw-p 00000000 00:0f 31 /dev/hugepages/a

                """);
        using ManagedMappings mappings = Open(process.Root);
        Assert.Equal(7, mappings.Refresh());

        // 12 MiB of the first file, 2 MiB each of two more, and two times 4 MiB that are nobody else's.
        Assert.Equal(24 << 20, mappings.UntrackedBytes);
        Assert.Equal(7, mappings.Refresh());
        Assert.Equal(24 << 20, mappings.UntrackedBytes);
        Assert.Equal(0, Garbage.Of(() => mappings.Refresh()));
    }

    private ManagedMappings Open(string folder)
    {
        Assert.Equal(0, ManagedMappings.TryOpen(folder, _machine, new SharedFiles(), out ManagedMappings? mappings));

        // The captured machine has nodes that this process's cpuset need not allow.
        mappings!.Placement.Respect = PlacementRespect.None;
        return mappings;
    }

    private sealed class OneArea : IMappingRules
    {
        public static FastArea Area { get; } = new("one", Core.Units.FastShare.OfPages(0.5));

        private static readonly MappingRule _rule = new(MappingTreatment.ByHeat, Area);

        public MappingRule? RuleFor(MappingKind kind, ReadOnlySpan<byte> name, ulong start, ulong end, out ulong until)
        {
            until = end;
            return _rule;
        }
    }
}
