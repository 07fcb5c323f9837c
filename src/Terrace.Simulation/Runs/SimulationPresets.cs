using Terrace.Core.Units;
using Terrace.Simulation.Workloads;

namespace Terrace.Simulation.Runs;

/// <summary>
/// The simulations of <c>terrace simulate</c>: 1400 MiB on 1 GiB of fast and 2 GiB of slow memory. A thread makes up to
/// 2 million accesses a second, so that a minute of virtual time takes seconds.
/// </summary>
public static class SimulationPresets
{
    /// <summary>Fast memory, bytes.</summary>
    public const long FastBytes = 1L << 30;

    /// <summary>Slow memory, bytes.</summary>
    public const long SlowBytes = 2L << 30;

    /// <summary>Pages of the process: 1400 MiB.</summary>
    public const int WorkingSetPages = (1400 << 20) / Chunk.PageBytes;

    private const double HotFraction = 0.1;
    private const double HotShare = 0.9;

    private static readonly TimeSpan MovingPhase = TimeSpan.FromSeconds(45);

    /// <summary>All presets.</summary>
    public static IReadOnlyList<SimulationPreset> All { get; } =
    [
        new(
            "scattered",
            "10 % of the pages, anywhere, take 90 % of the accesses",
            (pages, seed) => new ScatteredHotSet(pages, HotFraction, HotShare, seed)),
        new(
            "contiguous",
            "10 % of the pages, one range, take 90 % of the accesses",
            (pages, _) => new ContiguousHotSet(pages, HotFraction, HotShare)),
        new(
            "moving",
            "like scattered, with another hot set every 45 s",
            (pages, seed) => new MovingHotSet(pages, HotFraction, HotShare, MovingPhase, seed)),
        new("zipf", "Zipf's law with exponent 0.99", (pages, seed) => new ZipfAccess(pages, 0.99, seed)),
        new("scan", "one page after the other, again and again", (pages, _) => new SequentialScan(pages)),
        new("uniform", "every page as likely as any other", (pages, _) => new UniformAccess(pages)),
        new("idle", "memory that nobody accesses", (pages, _) => new Idle(pages)),
    ];

    /// <summary>The preset of a name, or null when there is none.</summary>
    public static SimulationPreset? Find(string name) =>
        All.FirstOrDefault(preset => string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase));
}
