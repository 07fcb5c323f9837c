using Microsoft.Extensions.Logging;
using Terrace.Core.Machine;
using Terrace.Host.Configuration;
using Terrace.Host.Guests;

namespace Terrace.Host.Daemon;

/// <summary>
/// Layouts between host and guest: on a host, tells guests where their memory lies; in a guest, tells followers what its host said. For the
/// loop's thread only.
/// </summary>
internal sealed class GuestLayouts : IDisposable
{
    private readonly PublishedTargets _published;
    private readonly LayoutEvents _followed;

    public GuestLayouts(HostTierSource? followed, EventHub events, TimeProvider time, ILogger log)
    {
        Publisher = new LayoutPublisher(time, log);
        _published = new PublishedTargets(Publisher);
        _followed = new LayoutEvents(followed, events, time, log);
    }

    /// <summary>Tells the guests, on a thread of its own.</summary>
    public LayoutPublisher Publisher { get; }

    /// <summary>Looks for guests that came or went, and for another layout of the host.</summary>
    public void Tick(TargetRegistry targets, DaemonConfiguration configuration, Topology topology)
    {
        _published.Follow(configuration.PublishesLayouts ? targets.All : [], topology, configuration.Tiering.CpuLimit);
        _followed.Tick();
    }

    public void Dispose() => Publisher.Dispose();
}
