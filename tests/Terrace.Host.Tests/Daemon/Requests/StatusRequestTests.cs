using Terrace.Host.Control;

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

    private async Task<(int Rules, int Idle)> RulesAsync()
    {
        DaemonStatus status = (await _daemon.AskAsync(new ControlRequest { Command = ControlCommand.Status }, RequestFixture.Root)).Status!;
        return (status.Rules, status.IdleRules);
    }
}
