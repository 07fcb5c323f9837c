using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;

namespace Terrace.Host.Kernel;

/// <summary>Where isolated groups get slow memory anyway: reclaim that demotes does not always look at cpuset.mems.</summary>
internal static class IsolationGap
{
    /// <summary>The record that <c>terrace tiers isolate</c> keeps for as long as groups are isolated, from the root.</summary>
    public const string RecordPath = "run/terrace/isolate-before.json";

    /// <summary>As <see cref="Of"/>, of groups that are isolated now; null where none is.</summary>
    public static Problem? Now(string root, KernelTiering kernel, KernelRelease release, Topology topology) =>
        File.Exists(Path.Combine(root, RecordPath)) ? Of(kernel, release, topology) : null;

    /// <summary>What breaks it and how that ends; null where nothing does.</summary>
    /// <remarks>
    /// Up to 6.15 demotion asks nobody; from 6.16 on it asks for the group's nodes, but of the nearest target only (7d709f49babc); that it
    /// took others nevertheless was fixed in 7.0 (1aceed565ff1). Pages that another group touched first are that group's
    /// (Documentation/driver-api/cxl/allocation/reclaim.rst).
    /// </remarks>
    public static Problem? Of(KernelTiering kernel, KernelRelease release, Topology topology)
    {
        const string Fix = "sudo terrace kernel --set demotion=off";
        return kernel.DemotionEnabled != true || !HasTargets(topology) ? null
            : !release.IsAtLeast(6, 16) ? new Problem(
                "demotion is on, and before Linux 6.16 it takes pages of isolated groups to slow nodes when fast memory runs short", Fix)
            : !release.IsAtLeast(7, 0) && topology.Tiers.Skip(1).Sum(tier => tier.Count) > 1 ? new Problem(
                "demotion is on, and before Linux 7.0 it may take pages of isolated groups to slow nodes other than the nearest", Fix)
            : null;
    }

    /// <summary>
    /// False on a kernel that has all nodes in one of its tiers, as 6.1 does where firmware is all that distinguishes them: reclaim demotes
    /// to none.
    /// </summary>
    public static bool HasTargets(Topology topology)
    {
        IEnumerable<int?> tiers = topology.Nodes.Select(node => node.KernelTier);
        return tiers.Contains(null) || tiers.Distinct().Count() > 1;
    }
}
