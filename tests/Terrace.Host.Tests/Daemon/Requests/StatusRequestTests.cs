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

    private async Task<(int Rules, int Idle)> RulesAsync()
    {
        DaemonStatus status = (await AskAsync(RequestFixture.Root)).Status!;
        return (status.Rules, status.IdleRules);
    }

    private Task<ControlResponse> AskAsync(PeerIdentity peer) =>
        _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Status }, peer);
}
