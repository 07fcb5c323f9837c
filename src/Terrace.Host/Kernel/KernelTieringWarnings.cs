using Terrace.Core.Machine;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Host.Kernel;

/// <summary>What of the kernel's own tiering will fight with Terrace, or make it useless.</summary>
internal static class KernelTieringWarnings
{
    /// <summary>Who else clears accessed bits, and what ends it.</summary>
    public static IEnumerable<string> OfReaders(KernelTiering kernel) => kernel.Readers.Select(
        reader => $"{reader} too, so that Terrace takes pages in use for idle now and then: "
            + (reader.Knob is { } knob
                ? $"terrace kernel --set {knob}=off, or terrace kernel --mode terrace, while Terrace manages."
                : $"it is somebody else's, and Terrace leaves it alone; who started it ends it ({reader.File})."));

    /// <summary>
    /// What an operator should know before managing anything. That the kernel demotes is not said where <paramref name="asked"/> has it
    /// so; that it promotes is, whoever asked for it, because it works against Terrace.
    /// </summary>
    public static IEnumerable<string> Of(Topology topology, KernelTiering kernel, KernelMode? asked = null)
    {
        if (!topology.HasSlowTier)
        {
            // Where somebody has chosen tiers, their nodes are absent, and who chose is told that.
            if (topology.Choice is not null)
            {
                yield break;
            }

            yield return topology.Nodes.Count <= 1
                ? "This machine has one memory node: all its memory is equally fast, so there is nothing to place. 'terrace simulate' "
                    + "shows what Terrace does."
                : "All memory nodes are in one tier, equally fast as far as this machine says, so there is nothing to place.";
            yield break;
        }

        if (kernel.Promotes)
        {
            yield return "The kernel promotes pages by itself (numa_balancing has bit 2) and will move pages against Terrace's choice: "
                + "sysctl kernel.numa_balancing=0, or terrace kernel --mode terrace, while Terrace manages.";
        }
        else if (kernel.Balances)
        {
            yield return "NUMA balancing is on and may move pages against Terrace's choice: sysctl kernel.numa_balancing=0, or terrace "
                + "kernel --mode terrace, while Terrace manages.";
        }

        if (kernel.ReclaimsBeforeSpilling)
        {
            yield return "A fast node that is full drops page cache before slow memory is used (zone_reclaim_mode has bit 1): sysctl "
                + "vm.zone_reclaim_mode=0, or terrace kernel --set zone_reclaim_mode=0, while Terrace manages.";
        }

        foreach (string reader in OfReaders(kernel))
        {
            yield return reader;
        }

        if (kernel.DemotionEnabled == true && !(asked is not null && asked.Needed.Concat(asked.Wished).Contains(("demotion", "on"))))
        {
            yield return "The kernel demotes pages when the fast tier runs full (demotion is on). That only acts under memory "
                + "pressure, which Terrace's headroom avoids; it may stay on as a safety net.";
        }
    }
}
