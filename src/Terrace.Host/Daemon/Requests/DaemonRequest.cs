using Terrace.Host.Control;
using Terrace.Host.Files;

namespace Terrace.Host.Daemon.Requests;

/// <summary>One request of the control protocol: what it is called, who may make it, what it reads, and its answer.</summary>
internal abstract class DaemonRequest
{
    /// <summary>Its name on the wire.</summary>
    public abstract string Name { get; }

    /// <summary>Who may make it; the table refuses the others.</summary>
    public abstract RequestRight Right { get; }

    /// <summary>The members of <see cref="ControlRequest"/> that it reads, as they are written on the wire; others are ignored.</summary>
    public virtual IReadOnlyList<string> Reads => [];

    /// <summary>What it takes of its user's pace: 1 for what is known, more for what is looked up in many places.</summary>
    public virtual int Cost => 1;

    /// <summary>
    /// Answers. It runs on any thread but the loop's, one call for each connection at a time: what belongs to the loop is done in
    /// <see cref="Loop.ILoopThread.RunAsync{T}"/>, shortly; files are read and written, and large mappings walked, before or after that.
    /// </summary>
    public abstract Task<ControlResponse> AnswerAsync(ControlRequest request, PeerIdentity peer);

    /// <summary>What follows a good answer until the connection ends; null for nothing.</summary>
    public virtual EventFeed? Follow(PeerIdentity peer) => null;

    /// <summary>What a peer sent, for a message and the log: short, and without control characters.</summary>
    public static string Shortened(string? text) => text is null ? "" : Printable.Of(text[..Math.Min(text.Length, 40)]);
}
