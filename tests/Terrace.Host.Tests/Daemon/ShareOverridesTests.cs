using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Daemon;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Daemon;

public sealed class ShareOverridesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("terrace-").FullName;

    private string FilePath => Path.Combine(_folder, "state", "shares.json");

    [Fact]
    public async Task What_is_to_last_lasts_to_the_letter_and_the_rest_does_not()
    {
        using ShareOverrides first = new(FilePath);
        Assert.Null(first.Load());
        await first.SetAsync("kept", FastShare.OfBytes(1500L << 20), "1500M");
        await first.SetAsync("not kept", FastShare.OfPages(0.5), text: null);
        await first.SetAsync("given back", FastShare.OfPages(0.5), "50%");
        await first.SetAsync("given back", share: null, text: null);
        using ShareOverrides second = new(FilePath);
        Assert.Null(second.Load());
        Assert.Equal((1500L << 20, null, null), (second.ShareOf("kept")?.Bytes, second.ShareOf("not kept"), second.ShareOf("given back")));
    }

    [Fact]
    public void A_file_that_is_damaged_is_told_and_does_not_stop_anything()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "{ \"a\": ");
        using ShareOverrides shares = new(FilePath);
        Assert.Contains(FilePath, shares.Load(), StringComparison.Ordinal);
        Assert.Null(shares.ShareOf("a"));
    }

    [Fact]
    public async Task What_was_set_for_a_process_ends_with_it_and_what_is_kept_or_a_rules_does_not()
    {
        using ShareOverrides shares = new(FilePath);
        GroupRegistry groups = new(shares);
        TargetRule each = new() { Name = "each", Match = new RuleMatch(), Per = ShareScope.Process };
        TieringGroup one = groups.GroupOf(each, new ProcessIdentity(), 77, DaemonConfiguration.StandardTiering);
        ProcessIdentity web1 = new() { Vm = "web1", UserId = "0" };
        TieringGroup guest = groups.GroupOf(each, web1, 78, DaemonConfiguration.StandardTiering);
        await shares.SetAsync(one.Name, FastShare.OfPages(0.2), text: null);
        await shares.SetAsync(guest.Name, FastShare.OfPages(0.3), text: null);
        groups.RemoveUnless(one, used: true);
        Assert.Equal(FastShare.OfPages(0.2), shares.ShareOf("each:77"));
        groups.RemoveAllBut(new HashSet<TieringGroup>());
        Assert.Null(shares.ShareOf("each:77"));
        Assert.Equal(FastShare.OfPages(0.3), shares.ShareOf("each:web1"));

        // The next process with that number has the share of its rule.
        Assert.Equal(each.Fast, groups.GroupOf(each, new ProcessIdentity(), 77, DaemonConfiguration.StandardTiering).Share);
        await shares.SetAsync("each:77", FastShare.OfPages(0.4), "40%");
        shares.Forget("each:77");
        Assert.Equal(FastShare.OfPages(0.4), shares.ShareOf("each:77"));
    }

    [Fact]
    public async Task What_was_set_for_a_pod_holds_for_the_pod_of_the_same_name_that_takes_its_place()
    {
        using ShareOverrides shares = new(FilePath);
        GroupRegistry groups = new(shares);
        TargetRule rule = new() { Name = "db", Match = new RuleMatch(), Per = ShareScope.Pod };
        TieringGroup GroupOf(string pod, string? name, string container) => groups.GroupOf(
            rule,
            new ProcessIdentity { Pod = pod, PodName = name, Namespace = name is null ? null : "prod", Container = container },
            77,
            DaemonConfiguration.StandardTiering);

        TieringGroup first = GroupOf("uid-1", "db-0", "c1");
        Assert.Same(first, GroupOf("uid-1", "db-0", "c2"));
        Assert.NotSame(first, GroupOf("uid-2", "db-1", "c3"));
        await shares.SetAsync(first.Name, FastShare.OfPages(0.2), text: null);
        groups.RemoveAllBut(new HashSet<TieringGroup>());
        Assert.Equal(FastShare.OfPages(0.2), GroupOf("uid-9", "db-0", "c9").Share);
        Assert.Equal("db:uid-3", GroupOf("uid-3", null, "c4").Name);
        ProcessIdentity alone = new() { Container = "c5", Cgroup = "/x" };
        Assert.Equal("db:c5", groups.GroupOf(rule, alone, 78, DaemonConfiguration.StandardTiering).Name);
        Assert.Equal("db:/x", groups.GroupOf(rule, alone with { Container = null }, 79, DaemonConfiguration.StandardTiering).Name);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
