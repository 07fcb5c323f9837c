using System.Globalization;
using Terrace.Host.Control;
using Terrace.Host.Daemon;
using Terrace.Linux.Processes;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class TargetsRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Everybody_sees_the_groups_of_their_own_processes_and_nothing_of_others()
    {
        ManagedTarget target = _daemon.ManageThisProcess("tests");
        PeerIdentity owner = new(UserOf(target), MayChange: false) { Place = ProcessPlace.OfThis };
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

    [Fact]
    public async Task The_same_user_in_a_container_or_of_an_unknown_place_sees_none_of_the_hosts_processes()
    {
        ManagedTarget target = _daemon.ManageThisProcess("tests");
        ProcessPlace here = ProcessPlace.OfThis!.Value;
        ControlRequest request = new() { Command = ControlCommand.Targets };
        ProcessPlace?[] elsewhere = [null, here with { Pid = (here.Pid.Device, 1) }, here with { User = (here.User.Device, 1) }];
        foreach (ProcessPlace? place in elsewhere)
        {
            PeerIdentity peer = new(UserOf(target), MayChange: false) { Place = place };
            Assert.Empty((await _daemon.AskAsync(request, peer)).Groups!);
            Assert.False(peer.MaySee($"{UserOf(target)}", () => here));
            Assert.Equal(place is not null, peer.MaySee($"{UserOf(target)}", () => place));
        }
    }

    private static uint UserOf(ManagedTarget target) => uint.Parse(target.Identity.UserId!, CultureInfo.InvariantCulture);
}
