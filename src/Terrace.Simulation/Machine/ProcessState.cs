namespace Terrace.Simulation.Machine;

/// <summary>Whether a simulated process lives, and if not, why.</summary>
public enum ProcessState
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>It exited.</summary>
    Exited,

    /// <summary>It touched a page when every node was down to its reserve, and was killed for it.</summary>
    OutOfMemory,
}
