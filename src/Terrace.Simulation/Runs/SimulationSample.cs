namespace Terrace.Simulation.Runs;

/// <summary>What happened in one second of virtual time, or at the end of it.</summary>
/// <param name="At">The end of the second, from the start of the simulation.</param>
/// <param name="Accesses">Accesses in the second, all counted.</param>
/// <param name="FastAccesses">Those that tier 0 served.</param>
/// <param name="Pages">Pages in memory at its end.</param>
/// <param name="FastPages">Those that are in tier 0.</param>
/// <param name="MovedPages">Pages moved within the second, both directions; for one load of several, those of all.</param>
/// <param name="TieringTime">Time that scans and moves took within the second.</param>
public readonly record struct SimulationSample(
    TimeSpan At, long Accesses, long FastAccesses, long Pages, long FastPages, long MovedPages, TimeSpan TieringTime)
{
    /// <summary>Share of accesses that tier 0 served, 0 to 1; 1 when there were none.</summary>
    public double HitRatio => Accesses == 0 ? 1 : (double)FastAccesses / Accesses;

    /// <summary>Fraction of the pages that are in tier 0, 0 to 1; 0 when there are none.</summary>
    public double FastShare => Pages == 0 ? 0 : (double)FastPages / Pages;

    /// <summary>Bytes moved within the second.</summary>
    public long MovedBytes => MovedPages * Core.Units.Chunk.PageBytes;
}
