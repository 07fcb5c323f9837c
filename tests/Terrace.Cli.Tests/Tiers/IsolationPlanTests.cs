using Terrace.Cli.Tiers;
using Terrace.Host.Failures;
using Terrace.Linux.ControlGroups;

namespace Terrace.Cli.Tests.Tiers;

public sealed class IsolationPlanTests
{
    private static readonly int[] s_fast = [0, 1];

    private static readonly CpusetGroup[] s_groups =
    [
        Group("machine.slice", ""),
        Group("pinned.slice", "2-3"),
        Group("quiet.slice", "1"),
        Group("system.slice", "") with { BytesByNode = new Dictionary<int, long> { [0] = 100, [2] = 7, [3] = 5 } },
        Group("user.slice", "1-2") with { BytesByNode = new Dictionary<int, long> { [1] = 100, [2] = 0 } },
        Group("wild.slice", null),
    ];

    [Fact]
    public void Groups_are_kept_to_fast_nodes_and_an_explicit_choice_is_respected()
    {
        IsolationPlan plan = IsolationPlan.ToIsolate(s_groups, s_fast, ["mach*"]);
        Assert.Equal(
            [new("system.slice", "", "0-1", 12), new("user.slice", "1-2", "1", 0), new("wild.slice", "", "0-1", null)],
            plan.Changes);
        Assert.Equal(
            [
                new("machine.slice", IsolationPlan.Excepted),
                new("pinned.slice", "was given nodes 2-3 on purpose"),
                new("quiet.slice", IsolationPlan.Already),
            ],
            plan.Left);
    }

    [Fact]
    public void Isolating_and_undoing_leaves_every_group_as_it_was()
    {
        IsolationPlan plan = IsolationPlan.ToIsolate(s_groups, s_fast, []);
        IsolationPlan undo = IsolationPlan.ToUndo(After(plan), plan.Record(null, s_fast, switchesOn: false));
        Assert.Equal(
            plan.Changes.Select(change => (change.Group, change.Set, change.Before)),
            undo.Changes.Select(change => (change.Group, change.Before, change.Set)));
        Assert.Empty(undo.Left);
    }

    [Fact]
    public void A_second_isolation_does_not_forget_what_groups_had_before_the_first()
    {
        IsolationPlan first = IsolationPlan.ToIsolate(s_groups, s_fast, ["w*"]);
        IsolationRecord record = first.Record(null, s_fast, switchesOn: true);
        CpusetGroup[] widened = [.. After(first).Select(group => group.Name == "system.slice" ? Group("system.slice", "0-3") : group)];
        IsolationRecord later = IsolationPlan.ToIsolate(widened, s_fast, []).Record(record, s_fast, switchesOn: false);
        Assert.Equal(
            [("machine.slice", ""), ("system.slice", ""), ("user.slice", "1-2"), ("wild.slice", "")],
            later.Groups.Select(entry => (entry.Group, entry.Before)));
        Assert.True(later.SwitchedOn);
    }

    [Fact]
    public void Undo_leaves_what_is_gone_was_never_done_or_was_set_by_somebody_else()
    {
        IsolationRecord record = new()
        {
            FastNodes = "0",
            Groups =
            [
                new("gone.slice", "", "0"),
                new("undone.slice", "1-2", "1"),
                new("other.slice", "", "0"),
                new("freed.slice", "3", "0"),
                new("mine.slice", "0-1", "0"),
            ],
        };
        IsolationPlan undo = IsolationPlan.ToUndo(
            [Group("undone.slice", "1-2"), Group("other.slice", "2"), Group("freed.slice", ""), Group("mine.slice", "0")], record);
        Assert.Equal([new("mine.slice", "0", "0-1", 0)], undo.Changes);
        Assert.Equal(
            [
                new("gone.slice", "is gone"),
                new("undone.slice", "already restored"),
                new("other.slice", "was set to 2 by somebody else since"),
                new("freed.slice", "was set to all nodes by somebody else since"),
            ],
            undo.Left);
    }

    [Fact]
    public void The_record_is_kept_whole_and_a_damaged_one_is_not_taken_for_none()
    {
        string root = Directory.CreateTempSubdirectory("terrace-isolation-").FullName;
        IsolationStore store = new(root);
        Assert.Null(store.Read());
        IsolationRecord record = new() { FastNodes = "0-1", SwitchedOn = true, Groups = [new("system.slice", "0-3", "0-1")] };
        store.Write(record);
        IsolationRecord read = store.Read()!;
        Assert.Equal((record.FastNodes, true, record.Groups[0]), (read.FastNodes, read.SwitchedOn, Assert.Single(read.Groups)));
        Assert.Equal([store.FilePath], Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories));
        File.WriteAllText(store.FilePath, "{\"fastNodes\":\"0\"");
        Assert.Equal(ExitCode.BadConfiguration, Assert.Throws<CommandFailure>(store.Read).ExitCode);
        store.Remove();
        Assert.Null(store.Read());
        Directory.Delete(root, recursive: true);
    }

    private static CpusetGroup[] After(IsolationPlan plan) =>
        [
            .. s_groups.Select(
                group => plan.Changes.FirstOrDefault(change => change.Group == group.Name) is { } change
                    ? Group(group.Name, change.Set)
                    : group),
        ];

    private static CpusetGroup Group(string name, string? mems) => new(name, mems, mems switch
    {
        null or "" => [],
        "1-2" => [1, 2],
        "2-3" => [2, 3],
        "0-1" => [0, 1],
        "0-3" => [0, 1, 2, 3],
        _ => [int.Parse(mems)],
    });
}
