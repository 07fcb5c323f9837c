using Terrace.Host.Control;

namespace Terrace.Host.Daemon;

/// <summary>What a connection sends for one request.</summary>
/// <param name="Response">The line that answers it.</param>
/// <param name="Feed">Lines that follow until the connection ends; null when other requests may follow.</param>
/// <param name="Cost">What the request takes of its user's pace (<see cref="PeerPace"/>).</param>
internal readonly record struct ControlAnswer(ControlResponse Response, EventFeed? Feed = null, int Cost = 1);
