namespace Terrace.Host.Daemon.Requests;

/// <summary>Who may make a request.</summary>
internal enum RequestRight
{
    /// <summary>Everybody gets the same answer.</summary>
    Everybody,

    /// <summary>Everybody, and the answer is about processes of the peer's user only, unless the peer may see all.</summary>
    OwnProcesses,

    /// <summary>Those who may change things; others are refused before the request is looked at.</summary>
    MayChange,
}
