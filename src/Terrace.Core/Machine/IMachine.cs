namespace Terrace.Core.Machine;

/// <summary>
/// What the tiering loop knows of the machine it runs on. Terrace.Linux implements it for real machines,
/// Terrace.Simulation for simulated ones; the loop cannot tell them apart.
/// </summary>
public interface IMachine
{
    /// <summary>Nodes and tiers as of the last <see cref="Refresh"/>.</summary>
    Topology Topology { get; }

    /// <summary>How places of pages map to nodes.</summary>
    PlaceMap Places { get; }

    /// <summary>
    /// Reads what may have changed since: nodes, and each node's free memory. Allocates nothing when nothing changed but free
    /// memory.
    /// </summary>
    void Refresh();

    /// <summary>Bytes free on a node as of the last <see cref="Refresh"/>; 0 for a node that is gone.</summary>
    long FreeBytes(int node);

    /// <summary>What holds a node's memory, as of the last <see cref="Refresh"/>; nothing for a node that is gone.</summary>
    NodeUse UseOf(int node);

    /// <summary>
    /// Bytes that should stay free on a node so that the kernel does not start to reclaim there (the sum of its zones' high watermarks).
    /// </summary>
    long ReserveBytes(int node);

    /// <summary>Bytes of a node that pools of huge pages hold, used or not, as of now; read only when somebody wants to know why.</summary>
    long PoolBytes(int node) => 0;

    /// <summary>Memory that the machine keeps about what processes share, bytes: a part of what tracking takes.</summary>
    long TrackingBytes => 0;

    /// <summary>How scarce memory and CPUs are on the whole machine; null where it cannot tell.</summary>
    IPressureGauge? Pressure => null;
}
