using System.Globalization;
using Terrace.Host.Control;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class TargetsRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Everybody_sees_the_groups_of_their_own_processes_and_nothing_of_others()
    {
        ManagedTarget target = _daemon.ManageThisProcess("tests");
        PeerIdentity owner = new(uint.Parse(target.Identity.UserId!, CultureInfo.InvariantCulture), MayChange: false);
        ControlRequest request = new() { Command = ControlCommand.Targets };
        foreach (PeerIdentity peer in new[] { owner, RequestFixture.Root })
        {
            GroupStatus group = Assert.Single((await _daemon.AskAsync(request, peer)).Groups!);
            Assert.Equal(("tests", "30%", Environment.ProcessId), (group.Name, group.Fast, Assert.Single(group.Processes).Pid));
            Assert.Equal(0, (await _daemon.AskAsync(request, peer)).NotShown);
        }

        ControlResponse strangers = await _daemon.AskAsync(request, RequestFixture.Stranger);
        Assert.True(strangers.Ok);
        Assert.Empty(strangers.Groups!);
        Assert.Equal(1, strangers.NotShown);
    }
}
