using Terrace.Linux.Kernel;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>Transparent huge pages: one accessed bit for 2 MiB.</summary>
internal sealed class HugePagesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        KernelKnob knob = host.Settings.Find("transparent_hugepage")!;
        string? value = host.Settings.Read(knob).Value;
        bool coarse = value == "always";
        return new CheckResult
        {
            Group = CheckGroups.Kernel,
            Name = "huge pages",
            State = coarse ? CheckState.Degraded : CheckState.Works,
            NeededFor = "heat of single pages: a huge page is hot or cold as a whole, until it is split",
            Detail = value is null ? "this kernel has no transparent huge pages" : $"{value}: {knob.MeaningOf(value)}",
            Fix = coarse ? "where scans show all huge pages warm: sudo terrace kernel --set transparent_hugepage=madvise" : null,
        };
    }
}
