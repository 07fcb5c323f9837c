using Terrace.Linux.Nodes;

namespace Terrace.Linux.Kernel;

/// <summary>A named way of sharing the work between Terrace and the kernel.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Does">What it is for.</param>
/// <param name="Needed">Knobs without which it makes no sense, with their values.</param>
/// <param name="Wished">Knobs that are set where the kernel has them.</param>
public sealed record KernelMode(
    string Name, string Does, IReadOnlyList<(string Knob, string Value)> Needed, IReadOnlyList<(string Knob, string Value)> Wished)
{
    private static readonly IReadOnlyList<string> s_readers = [AccessReaders.StatKnob];

    /// <summary>
    /// Terrace decides alone. A kernel without balancing is in this mode already; without demotion the emergency path is missing.
    /// </summary>
    public static KernelMode Terrace { get; } = new(
        "terrace", "Terrace places pages; the kernel demotes only in an emergency", [], [("numa_balancing", "0"), ("demotion", "on")])
    { TurnsOff = s_readers };

    /// <summary>
    /// As <see cref="Terrace"/>, and who manages tells the kernel what is hot and cold, so that the emergency path takes the
    /// right pages: without demotion there is nobody to tell.
    /// </summary>
    public static KernelMode Cooperate { get; } =
        new(
            "cooperate",
            "Terrace places pages and tells the kernel which are hot and cold; the kernel demotes only in an emergency",
            [("demotion", "on")],
            [("numa_balancing", "0")])
        { SharesHeat = true, TurnsOff = s_readers };

    /// <summary>The kernel's own tiering, for when Terrace does not manage.</summary>
    public static KernelMode Kernel { get; } = new(
        "kernel", "the kernel promotes and demotes by itself", [("numa_balancing", "2"), ("demotion", "on")], []);

    /// <summary>What managing finds hot and cold is to be made known to the kernel's reclaim.</summary>
    public bool SharesHeat { get; init; }

    /// <summary>Knobs that are turned off where the kernel has them; that it has not is as good.</summary>
    public IReadOnlyList<string> TurnsOff { get; init; } = [];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<KernelMode> All { get; } = [Terrace, Cooperate, Kernel];

    /// <summary>Finds one by its name; null when there is none.</summary>
    public static KernelMode? Find(string name) => All.FirstOrDefault(mode => mode.Name == name);
}
