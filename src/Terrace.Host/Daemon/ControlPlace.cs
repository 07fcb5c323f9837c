namespace Terrace.Host.Daemon;

/// <summary>A place among the connections of the control socket, from entering to leaving; <see cref="ControlPlaces"/> guards it.</summary>
internal sealed class ControlPlace(PeerIdentity peer, CancellationToken stop) : IDisposable
{
    private readonly CancellationTokenSource _ended = CancellationTokenSource.CreateLinkedTokenSource(stop);

    /// <summary>Whose it is.</summary>
    public PeerIdentity Peer { get; } = peer;

    /// <summary>Cancelled when the connection is to end: the server does, or its place is another's.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>When it began to wait; null while a request is answered.</summary>
    public long? IdleSince { get; set; }

    /// <summary>It gets events.</summary>
    public bool Follows { get; set; }

    /// <summary>It has been told to end.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Ends the connection.</summary>
    public void Take()
    {
        IsTaken = true;
        _ = _ended.CancelAsync();
    }

    public void Dispose() => _ended.Dispose();
}
