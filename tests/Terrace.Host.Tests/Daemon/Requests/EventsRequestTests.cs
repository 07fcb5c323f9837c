using Terrace.Host.Control;
using Terrace.Host.Daemon;

namespace Terrace.Host.Tests.Daemon.Requests;

public sealed class EventsRequestTests : IDisposable
{
    private readonly RequestFixture _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Who_may_see_all_gets_the_events_of_every_process_and_others_those_of_theirs()
    {
        ControlRequest request = new() { Version = ControlRequest.ProtocolVersion, Command = ControlCommand.Events };
        ControlAnswer root = await _daemon.Table.AnswerAsync(request, RequestFixture.Root);
        ControlAnswer stranger = await _daemon.Table.AnswerAsync(request, RequestFixture.Stranger);
        using (root.Feed)
        using (stranger.Feed)
        {
            _daemon.Events.OnTargetGone(12345);
            Assert.Equal("events follow", stranger.Response.Done);
            Assert.True(root.Feed!.Lines.TryRead(out string? line));
            Assert.Contains("12345", line, StringComparison.Ordinal);
            Assert.False(stranger.Feed!.Lines.TryRead(out _));
        }

        // Who has left gets nothing more.
        _daemon.Events.OnTargetGone(12346);
        Assert.False(root.Feed.Lines.TryRead(out _));
    }
}
