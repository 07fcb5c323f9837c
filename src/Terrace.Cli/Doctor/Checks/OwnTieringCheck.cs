using Terrace.Core.Units;
using Terrace.Host.Kernel;
using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>The kernel's own tiering: what of it works against Terrace.</summary>
internal sealed class OwnTieringCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        Linux.Nodes.KernelTiering? kernel = host.Machine?.KernelTiering;
        bool balances = kernel is { Balances: true } or { Promotes: true };
        bool reclaims = kernel is { ReclaimsBeforeSpilling: true };
        Problem? gap = host.Machine is { } machine
            ? IsolationGap.Now(host.Root, machine.KernelTiering, host.Release, machine.Topology)
            : null;
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "its own tiering",
            State = balances || reclaims || gap is not null ? CheckState.Degraded : CheckState.Works,
            NeededFor = "pages that stay where Terrace puts them",
            Detail = balances ? Of(host, "numa_balancing")
                : reclaims ? Of(host, "zone_reclaim_mode")
                : gap is not null ? gap.What
                : $"{Of(host, "numa_balancing")}; {Demotion(host)}",
            Fix = balances ? "sudo terrace kernel --mode terrace" : reclaims ? "sudo terrace kernel --set zone_reclaim_mode=0" : gap?.Fix,
        };
    }

    // It acts only when memory runs short, which headroom avoids: off is no defect, but on is better.
    private static string Demotion(DoctorHost host) =>
        host.Settings.Read(host.Settings.Find("demotion")!).Value is not "off" ? Of(host, "demotion")
        : host.Machine?.Topology.HasSlowTier != true ? "demotion off"
        : "demotion off, which is enough while some fast memory is free; terrace kernel --mode terrace turns it on";

    private static string Of(DoctorHost host, string name)
    {
        KernelKnob knob = host.Settings.Find(name)!;
        return host.Settings.Read(knob).Value is { } value ? $"{name} {value}: {knob.MeaningOf(value)}" : $"{name} is not on this kernel";
    }
}
