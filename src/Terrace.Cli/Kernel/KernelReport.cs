using Terrace.Host.Kernel;
using Terrace.Linux;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Kernel;

/// <summary>What <c>terrace kernel</c> tells.</summary>
internal sealed record KernelReport
{
    public required IReadOnlyList<KernelSettingReport> Settings { get; init; }

    /// <summary>Watermarks of each node, in bytes.</summary>
    public required IReadOnlyList<NodeWatermarks> Watermarks { get; init; }

    /// <summary>Node numbers of each tier, the fastest first.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Tiers { get; init; }

    /// <summary>The kernel's number for the tier of each node that it puts in one (/sys/devices/virtual/memory_tiering).</summary>
    public required IReadOnlyDictionary<int, int> KernelTiers { get; init; }

    /// <summary>The state file, while there is something that <c>--restore</c> puts back.</summary>
    public string? StateFile { get; init; }

    /// <summary>What will fight with Terrace, one sentence each.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Collects it.</summary>
    /// <param name="machine">Nodes and tiers.</param>
    /// <param name="tree">The files that the machine was read from.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="before">What Terrace changed, by name.</param>
    /// <param name="stateFile">Where that is kept.</param>
    public static KernelReport Of(
        LinuxMachine machine, FileTree tree, KernelSettings settings, IReadOnlyDictionary<string, string> before, string stateFile) => new()
        {
            Settings = [.. settings.Knobs.Select(knob => ReportOf(settings, knob, before))],
            Watermarks = NodeWatermarks.Read(tree),
            Tiers = machine.Topology.Tiers,
            KernelTiers = machine.Topology.Nodes.Where(node => node.KernelTier is not null)
            .ToDictionary(node => node.Id, node => node.KernelTier!.Value),
            StateFile = before.Count > 0 ? stateFile : null,
            Warnings =
            [
                .. KernelTieringWarnings.Of(machine.Topology, machine.KernelTiering),
                .. IsolationGap.Now(tree.PathOf(""), machine.KernelTiering, KernelRelease.Current, machine.Topology) is { } gap
                    ? [$"Groups are isolated, but {gap.What}: {gap.Fix}."]
                    : Array.Empty<string>(),
            ],
        };

    private static KernelSettingReport ReportOf(KernelSettings settings, KernelKnob knob, IReadOnlyDictionary<string, string> before)
    {
        KnobState state = settings.Read(knob);
        return new KernelSettingReport
        {
            Name = knob.Name,
            Path = settings.PathOf(knob),
            Present = state.IsPresent,
            Value = state.Value,
            Before = before.GetValueOrDefault(knob.Name),
            Takes = knob.ShownOnlyBecause is null ? knob.Form.Expected : null,
            Does = knob.Does,
            Means = state.Value is { } value ? knob.MeaningOf(value) : null,
        };
    }
}
