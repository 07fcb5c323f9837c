using System.Runtime.CompilerServices;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Host.Control;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class StatusRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Rules_without_a_process_are_counted_but_not_those_that_exclude()
    {
        _daemon.Configure(
            "{ name: used, match: { vm: a } }", "{ name: idle, match: { vm: b } }", "{ name: off, match: { vm: c }, exclude: true }");
        Assert.Equal((3, 2), await RulesAsync());
        _daemon.ManageThisProcess("used");
        Assert.Equal((3, 1), await RulesAsync());
    }

    [Fact]
    public async Task Those_who_may_not_change_anything_share_one_answer_a_second_and_root_gets_its_own()
    {
        ControlResponse first = await AskAsync(RequestFixture.Stranger);
        _daemon.Configure("{ name: used, match: { vm: a } }");
        Assert.Equal(1, (await AskAsync(RequestFixture.Root)).Status!.Rules);
        Assert.Same(first, await AskAsync(RequestFixture.Stranger with { GroupId = 1 }));
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);
        Assert.Equal(1, (await AskAsync(RequestFixture.Stranger)).Status!.Rules);
    }

    [Fact]
    public async Task Pages_in_slow_memory_that_cannot_be_moved_are_no_fast_memory_that_is_managed()
    {
        TierPages after = default;
        Add(ref after, Tier.Top, 100);
        Add(ref after, 1, 50);
        RoundReport round = new();
        SetPages(round, new RoundPages { Mapped = 150, Tiers = 2, After = after, Immovable = 40, ImmovableFast = 7 });
        _daemon.ManageThisProcess("used").Add(round);
        Assert.Equal(107 * 4096, (await AskAsync(RequestFixture.Root)).Status!.FastManagedBytes);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Pages")]
    private static extern void SetPages(RoundReport report, RoundPages pages);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "Add")]
    private static extern void Add(ref TierPages tiers, int tier, long pages);

    private async Task<(int Rules, int Idle)> RulesAsync()
    {
        DaemonStatus status = (await AskAsync(RequestFixture.Root)).Status!;
        return (status.Rules, status.IdleRules);
    }

    private Task<ControlResponse> AskAsync(PeerIdentity peer) =>
        _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Status }, peer);
}
