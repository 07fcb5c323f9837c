using Microsoft.Extensions.Logging;
using Terrace.Host.Guests;

namespace Terrace.Host.Daemon;

/// <summary>
/// Tells those who follow a guest's daemon of each layout that its host keeps the guest's memory in. For the loop's thread only.
/// </summary>
internal sealed class LayoutEvents(HostTierSource? followed, EventHub events, TimeProvider time, ILogger log)
{
    private readonly long _begin = time.GetTimestamp();
    private PublishedLayout? _told;

    /// <summary>Looks whether there is another one.</summary>
    public void Tick()
    {
        followed?.Look();
        if (followed?.Layout is { } layout && !ReferenceEquals(layout, _told))
        {
            bool another = _told is null
                || (_told.Message.Epoch, _told.Message.Generation) != (layout.Message.Epoch, layout.Message.Generation);
            _told = layout;
            if (another)
            {
                DaemonLog.LayoutFollowed(log, layout.Message.Generation);
                events.OnLayout(layout, time.GetElapsedTime(_begin));
            }
        }
    }
}
