using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class PauseRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Without_a_target_all_management_pauses_and_resumes()
    {
        Assert.Contains("all management is paused", (await AskAsync(ControlCommand.Pause, null)).Done, StringComparison.Ordinal);
        Assert.True(_daemon.Host.Engine.IsPaused);
        Assert.True((await AskAsync(ControlCommand.Status, null)).Status!.Paused);
        Assert.Equal("management continues", (await AskAsync(ControlCommand.Resume, null)).Done);
        Assert.False(_daemon.Host.Engine.IsPaused);
    }

    [Fact]
    public async Task A_group_pauses_alone_and_resumes_when_all_management_does()
    {
        Assert.Equal("group is paused: no scans, no moves", (await AskAsync(ControlCommand.Pause, "group")).Done);
        Assert.True(_daemon.Group.IsPaused);
        Assert.False(_daemon.Host.Engine.IsPaused);
        await AskAsync(ControlCommand.Pause, null);
        Assert.Equal("group continues when all management does: terrace resume", (await AskAsync(ControlCommand.Resume, "group")).Done);
        Assert.False(_daemon.Group.IsPaused);
    }

    [Fact]
    public async Task A_target_that_is_not_there_is_refused_by_its_name()
    {
        ControlResponse answer = await AskAsync(ControlCommand.Pause, "nobody\u001b[2J");
        Assert.Equal(ExitCode.NoSuchProcess, answer.ExitCode);
        Assert.Contains("'nobody", answer.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', answer.Problem!);
    }

    private Task<ControlResponse> AskAsync(string command, string? target) =>
        _daemon.AskAsync(new ControlRequest { Command = command, Target = target }, RequestFixture.Root);
}
