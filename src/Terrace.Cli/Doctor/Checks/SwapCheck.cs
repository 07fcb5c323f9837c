using Terrace.Core.Units;
using Terrace.Host.Kernel;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Swap next to a slow tier: without demotion, what is cold in fast memory is swapped while slow memory is free.</summary>
internal sealed class SwapCheck : IHostCheck
{
    private const string Zswap = "sys/module/zswap/parameters/enabled";

    public CheckResult Look(DoctorHost host)
    {
        IReadOnlyList<SwapDevice> devices = SwapDevice.Read(host.Files);
        bool zswap = devices.Count > 0 && host.Files.ReadText(Zswap) is "Y" or "1";
        bool hasSlow = host.Machine?.Topology.HasSlowTier == true;
        bool demotes = host.Machine is { KernelTiering.DemotionEnabled: true } machine && IsolationGap.HasTargets(machine.Topology);
        bool first = devices.Count > 0 && hasSlow && !demotes;
        string used = string.Join(", ", devices.Select(device => $"{device.Name} ({ByteSize.Format(device.UsedBytes)} used)"));
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "swap",
            State = first ? CheckState.Degraded : CheckState.Works,
            NeededFor = "the order in which memory runs out: fast, then slow, then swap",
            Detail = devices.Count == 0 ? "none"
                : !first ? $"{used}{(hasSlow ? "; demotion comes before it" : "")}"
                : $"{used}: when fast memory runs short its cold pages are swapped"
                    + (zswap || devices.Any(device => device.IsInMemory) ? ", to compressed memory that is fast too," : "")
                    + " while slow memory is free",
            Fix = !first ? null
                : host.Machine is { } tiered && !IsolationGap.HasTargets(tiered.Topology)
                    ? "this kernel has all nodes in one of its tiers and demotes to none: share-heat: true for what is managed, or no swap"
                : "sudo terrace kernel --mode terrace (demotion on), and share-heat: true for what is managed",
        };
    }
}
