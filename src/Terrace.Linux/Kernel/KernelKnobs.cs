using System.Globalization;
using Terrace.Linux.Files;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Kernel;

/// <summary>
/// The settings by which the kernel's own tiering works with Terrace or against it. Sources:
/// Documentation/admin-guide/sysctl/kernel.rst and
/// vm.rst, Documentation/ABI/testing/sysfs-kernel-mm-numa, sysfs-kernel-mm-mempolicy-weighted-interleave,
/// sysfs-kernel-mm-transparent-hugepage, and Documentation/admin-guide/mm/damon.
/// </summary>
public static class KernelKnobs
{
    private const string WeightFolder = "sys/kernel/mm/mempolicy/weighted_interleave";
    private const string WeightGroup = "weighted_interleave";

    // kernel/sched/core.c takes 0 to 4, of which only bits 0 and 1 have a meaning; sysctl_numa_balancing there returns EPERM
    // without the capability.
    private static readonly KernelKnob s_balancing = new(
        "numa_balancing", "proc/sys/kernel/numa_balancing", KnobForm.Number(0, 3), "moves pages by itself on hinting faults")
    {
        Needs = Capability.CAP_SYS_ADMIN,
        MeaningOf = value => Bits(value) switch
        {
            0 => "the kernel leaves placement to Terrace",
            var bits when (bits & 2) != 0 => "the kernel promotes hot pages by itself: it and Terrace undo each other's moves",
            _ => "the kernel moves pages to the CPUs that use them: it may undo Terrace's moves",
        },
    };

    private static readonly KernelKnob s_promoteRate = new(
        "promote_rate_limit_MBps", "proc/sys/kernel/numa_balancing_promote_rate_limit_MBps", KnobForm.Number(
            0,
            1 << 20), "limits what numa_balancing promotes, in MB/s for each node")
    {
        MeaningOf = value => value == "65536"
            ? "no limit in effect; counts only while numa_balancing is 2"
            : "counts only while numa_balancing is 2",
    };

    private static readonly KernelKnob s_demotion = new(
        "demotion", "sys/kernel/mm/numa/demotion_enabled", KnobForm.Switch, "lets reclaim demote pages before it swaps or drops them")
    {
        MeaningOf = value => value == "on"
            ? "the emergency path: acts only under memory pressure, which Terrace's headroom avoids"
            : "under memory pressure pages of the fast tier are swapped or dropped although slow memory is free",
    };

    private static readonly KernelKnob s_zoneReclaim = new(
        "zone_reclaim_mode", "proc/sys/vm/zone_reclaim_mode", KnobForm.Number(0, 7), "lets a full node reclaim before other nodes are used")
    {
        MeaningOf = value => Bits(value) is var bits && (bits & 1) == 0
            ? "a full fast node lets new pages go to the slow one: as Terrace expects"
            : "a full fast node drops page cache instead of using slow memory",
    };

    private static readonly KernelKnob s_watermarkScale = new(
        "watermark_scale_factor",
        "proc/sys/vm/watermark_scale_factor",
        KnobForm.Number(1, 3000),
        "distance between a node's watermarks, in 1/10000 of its memory")
    {
        MeaningOf = value => Bits(value) <= 100
            ? "Terrace keeps the high watermark free and its --headroom beyond it"
            : "much of a fast node stays free for the kernel: less for hot pages",
    };

    private static readonly KernelKnob s_minFree = new(
        "min_free_kbytes", "proc/sys/vm/min_free_kbytes", KnobForm.Number(0, int.MaxValue), "what the kernel keeps for itself, in kB")
    {
        MeaningOf = _ => "part of each node's watermarks, below which Terrace does not fill a fast node",
        ShownOnlyBecause = "too large a value takes a machine down: set it with sysctl vm.min_free_kbytes",
    };

    private static readonly KernelKnob s_lruGen = new(
        "lru_gen", "sys/kernel/mm/lru_gen/enabled", KnobForm.LruGenMask, "the multi-generational LRU, by parts")
    {
        MeaningOf = value => value == "0x0000"
            ? "reclaim uses the older LRU; Terrace works with both"
            : "its aging clears accessed bits too: under memory pressure Terrace may see a page as colder than it is",
    };

    // On by default where the kernel was built so (CONFIG_DAMON_STAT_ENABLED_DEFAULT), as Debian's of 2026 are.
    private static readonly KernelKnob s_damonStat = new(
        AccessReaders.StatKnob, AccessReaders.StatFile, KnobForm.Switch, "DAMON's statistics of how memory is used")
    {
        MeaningOf = value => value == "on"
            ? "it clears accessed bits of all memory: scans miss pages that are in use"
            : "accessed bits are Terrace's alone, as far as DAMON_STAT goes",
    };

    private static readonly KernelKnob s_damonReclaim = DamonModule("damon_reclaim", "reclaims memory that DAMON finds cold");

    private static readonly KernelKnob s_damonLruSort = DamonModule("damon_lru_sort", "sorts reclaim's lists by what DAMON finds");

    private static readonly KernelKnob s_hugePages = new(
        "transparent_hugepage",
        "sys/kernel/mm/transparent_hugepage/enabled",
        KnobForm.Choice("always", "madvise", "never"),
        "backs memory with huge pages")
    {
        MeaningOf = value => value == "always"
            ? "a huge page has one accessed bit for 2 MiB: heat is coarser"
            : "heat is known for each 4-KiB page, except where a program asks for huge pages",
    };

    // Since 6.16. Some kernels name the file __auto_type: __ATTR(auto) meets a macro called auto (include/linux/compiler.h).
    private static readonly KernelKnob s_weightAuto = new(
        WeightGroup + "_auto", WeightFolder + "/auto", KnobForm.Switch, "weights follow the bandwidth that firmware states")
    {
        OtherPath = WeightFolder + "/__auto_type",
        Group = WeightGroup,
        MeaningOf = value => value == "on" ? "weights come from HMAT or CDAT; setting one turns this off" : "weights are as set below",
    };

    /// <summary>
    /// The knobs of a machine, in the order in which they are shown and put back: one interleave weight for each of its nodes,
    /// before what makes weights.
    /// </summary>
    public static IReadOnlyList<KernelKnob> Of(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        List<KernelKnob> knobs =
        [
            s_balancing,
            s_promoteRate,
            s_demotion,
            s_zoneReclaim,
            s_watermarkScale,
            s_minFree,
            s_lruGen,
            s_damonStat,
            s_damonReclaim,
            s_damonLruSort,
            s_hugePages,
        ];
        List<int> nodes = tree.Read("sys/devices/system/node/online") is { } text && IdList.TryParse(text, out List<int> online)
            ? online
            : [0];
        knobs.AddRange(nodes.Select(Weight));
        knobs.Add(s_weightAuto);
        return knobs;
    }

    private static KernelKnob DamonModule(string name, string does) =>
        new(name, $"sys/module/{name}/parameters/enabled", KnobForm.Switch, does)
        {
            MeaningOf = value => value == "on"
                ? "somebody turned it on; it clears accessed bits of all memory: scans miss pages that are in use"
                : "off, as it is until somebody turns it on",
            ShownOnlyBecause = $"who turned it on turns it off: echo N > /sys/module/{name}/parameters/enabled",
        };

    private static KernelKnob Weight(int node) =>
        new(
            $"{WeightGroup}_node{node}",
            $"{WeightFolder}/node{node}",
            KnobForm.Number(1, 255),
            $"pages that go to node {node} in turn under MPOL_WEIGHTED_INTERLEAVE")
        {
            Group = WeightGroup,
            MeaningOf = _ => "new pages only, of programs that ask for weighted interleaving; Terrace moves them afterwards",
        };

    private static long Bits(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bits) ? bits : 0;
}
