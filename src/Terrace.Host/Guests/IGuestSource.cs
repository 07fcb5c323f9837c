using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Host.Guests;

/// <summary>A guest of this host, as far as telling it where its memory lies goes.</summary>
internal interface IGuestSource : IDisposable
{
    /// <summary>The process that runs it, which alone may be written to.</summary>
    int Pid { get; }

    /// <summary>False when that has ended.</summary>
    bool IsAlive { get; }

    /// <summary>Where the process listens for the guest's port; null with what is in the way.</summary>
    string? SocketPath(out Problem? problem);

    /// <summary>Looks where its memory lies, and enters it; null, or why it could not.</summary>
    Problem? Look(LayoutGenerations into, Topology topology, CancellationToken stop);
}
