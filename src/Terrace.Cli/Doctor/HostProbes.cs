using Terrace.Linux.Interop;
using Terrace.Linux.KernelMemory;

namespace Terrace.Cli.Doctor;

/// <summary>What only trying tells, as opposed to what files say.</summary>
/// <param name="IsRoot">The effective user is 0.</param>
/// <param name="PageTables">What keeps page tables from being read; null when they can be.</param>
/// <param name="MovePagesError">0, or the error number with which move_pages(2) refuses even to ask where a page of one's own is.</param>
internal sealed record HostProbes(bool IsRoot, TrackerProblem? PageTables, int MovePagesError)
{
    /// <summary>Tries all of it here.</summary>
    public static HostProbes OfThisMachine() => new(EffectiveUser.IsRoot, TrackerProbe.Check(), MovePages.Probe());
}
