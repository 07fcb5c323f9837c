using System.Threading.Channels;

namespace Terrace.Host.Daemon;

/// <summary>What one follower of <see cref="EventHub"/> gets, until it is disposed.</summary>
internal sealed class EventFeed(ChannelReader<string> lines, Action leave) : IDisposable
{
    /// <summary>Lines of JSON, each with its end.</summary>
    public ChannelReader<string> Lines { get; } = lines;

    public void Dispose() => leave();
}
