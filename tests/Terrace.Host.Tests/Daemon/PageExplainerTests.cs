using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Host.Configuration;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Linux;
using Terrace.Linux.Mappings;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Host.Tests.Daemon;

public sealed class PageExplainerTests
{
    private const ulong Start = 0x7f00_0000_0000;
    private static readonly ProcessMapping s_heap = new(Start, Start + (64 << 20), "rw-p", MappingKind.Anonymous, "");
    private static readonly ProcessMapping s_named = new(
        Start + (64 << 20), Start + (128 << 20), "rw-p", MappingKind.Anonymous, "[anon:terrace:cold:archive]");
    private static readonly ProcessMapping s_text = new(0x40_0000, 0x50_0000, "r-xp", MappingKind.ProgramText, "/bin/x");

    private static readonly PageExplanation s_page = new()
    {
        Name = "x",
        Group = "g",
        Address = $"0x{Start + 0x1000:x}",
        Known = true,
        Tier = 1,
        Heat = 0,
        HotThreshold = 5,
        Why = "it is colder",
        WhatWouldMoveIt = "heat",
    };

    [Fact]
    public void A_treatment_is_said_and_by_whom()
    {
        AreaRules areas = new([new AreaRule(AreaKind.Range, null, Start, Start + (1 << 20), new MappingRule(MappingTreatment.Hot))]);
        PageExplanation byRule = Explain(s_page, areas);
        Assert.Equal("hot", byRule.Treatment);
        Assert.Contains("an area of the rule says so", byRule.Why, StringComparison.Ordinal);
        Assert.StartsWith("7f0000000000-", byRule.Mapping, StringComparison.Ordinal);

        Assert.Null(Explain(At(Start + (2 << 20)), areas).Treatment);

        PageExplanation byName = Explain(At(s_named.Start), areas);
        Assert.Equal("cold", byName.Treatment);
        Assert.Contains("its mapping's name says so", byName.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void While_there_is_no_slow_memory_no_cpuset_is_blamed()
    {
        using CapturedTree tree = CapturedTree.CopyOf("one-node-6.12");
        using LinuxMachine machine = new(tree.Root);
        using LinuxProcess process = StillProcess.Attach(Environment.ProcessId, machine);
        TargetRule rule = new() { Name = "r", Match = new RuleMatch() };
        ManagedTarget target = new(process, new ProcessIdentity(), rule, new TieringGroup("g"), TimeSpan.Zero);
        using HeatMap heat = new();
        using TieringEngine engine = new(machine, DaemonConfiguration.StandardTiering, TimeProvider.System);
        PageExplanation said = PageExplainer.Explain(target, heat, machine, engine, Start);
        Assert.Equal("no slow memory is there now, so that all processes are left alone", said.Why);
    }

    [Fact]
    public void A_huge_page_is_treated_as_its_first_address_is()
    {
        AreaRules areas = new(
            [new AreaRule(AreaKind.Range, null, Start + (1 << 20), Start + (2 << 20), new MappingRule(MappingTreatment.Hot))]);
        PageExplanation inside = At(Start + (1 << 20) + 4096);
        Assert.Equal("hot", Explain(inside, areas).Treatment);
        Assert.Null(Explain(inside with { Huge = true }, areas).Treatment);
    }

    [Fact]
    public void The_size_that_an_area_asks_for_is_the_mappings_as_scans_see_it()
    {
        AreaRules areas = new([new AreaRule(AreaKind.GuestRam, null, 0, 0, new MappingRule(MappingTreatment.Cold))]);
        Assert.Equal("cold", Explain(At(s_heap.End - 4096), areas).Treatment);
    }

    [Fact]
    public void What_is_left_alone_is_said_to_be()
    {
        AreaRules areas = new([new AreaRule(AreaKind.Anonymous, null, 0, 0, new MappingRule(MappingTreatment.Ignored))]);
        PageExplanation ignored = Explain(s_page with { Known = false }, areas);
        Assert.Equal("ignore", ignored.Treatment);
        Assert.Contains("left alone", ignored.Why, StringComparison.Ordinal);
        Assert.Contains("program text", Explain(At(0x40_1000), areas).Why, StringComparison.Ordinal);
        Assert.Null(Explain(At(0x1000), areas).Mapping);
    }

    [Theory]
    [InlineData(true, true, true, "all management is paused")]
    [InlineData(false, true, true, "its group is paused")]
    [InlineData(false, false, true, "dry run")]
    public void That_nothing_moves_now_is_said_with_the_reason_that_would_have_to_go_first(bool all, bool group, bool dryRun, string reason)
    {
        string standstill = PageExplainer.Standstill(all, group, dryRun, moveRate: 1, []);
        Assert.Contains(reason, PageExplainer.Reasons(s_page, rounds: 9, standstill).Why, StringComparison.Ordinal);
        Assert.Contains(reason, PageExplainer.Reasons(s_page, rounds: 0, standstill).Why, StringComparison.Ordinal);
        Assert.Contains(
            reason, PageExplainer.Reasons(s_page with { Tier = 0, Heat = 20 }, rounds: 9, standstill).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Pressure_that_holds_promotions_back_is_said_and_only_then()
    {
        Assert.Contains(
            "CPU pressure of the host", PageExplainer.Standstill(false, false, false, moveRate: 0, ["hostCpu"]), StringComparison.Ordinal);
        Assert.Empty(PageExplainer.Standstill(false, false, false, moveRate: 0.5, ["hostCpu"]));
    }

    private static PageExplanation At(ulong address) => s_page with { Address = $"0x{address:x}" };

    private static PageExplanation Explain(PageExplanation page, AreaRules areas) =>
        PageExplainer.WithMapping(page, [s_text, s_heap, s_named], [], areas);
}
