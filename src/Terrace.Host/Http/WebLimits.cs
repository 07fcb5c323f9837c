namespace Terrace.Host.Http;

/// <summary>What clients of a <see cref="WebServer"/> may take from the daemon, whoever they are.</summary>
internal sealed record WebLimits
{
    /// <summary>Connections at once; a further one takes the place of one that asks nothing, or is closed at once.</summary>
    public int Connections { get; init; } = 16;

    /// <summary>Requests a second on average, and at most this many at once; further ones should come after a second (429).</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>Bytes of a request's first line and of its header fields, each.</summary>
    public int HeadBytes { get; init; } = 8 * 1024;

    /// <summary>
    /// How long a client may take to send its head, to be silent between two requests, and to begin to take an answer. The server looks
    /// once a second, so it can be a second more.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long answers under way are waited for when the server ends.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Several requests may use one connection.</summary>
    public bool KeepAlive { get; init; }
}
