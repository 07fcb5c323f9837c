using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Simulation.Machine;

/// <summary>
/// Pressure of a simulated machine or process: what a test sets, and what the machine's own moves add to it. Parts of time, 0 to
/// 1; at first none.
/// </summary>
public sealed class SimulatedPressure : IPressureGauge
{
    /// <summary>Time constant of the kernel's shortest average.</summary>
    private const double AverageSeconds = 10;

    private readonly SimulatedMachine _machine;
    private double _averagePagesPerSecond;
    private long _pagesBefore;
    private long _readAt;

    internal SimulatedPressure(SimulatedMachine machine) => _machine = machine;

    /// <summary>Waiting for memory; null for a kernel that does not tell.</summary>
    public double? Memory { get; set; } = 0;

    /// <summary>Waiting for a CPU; null for a kernel that does not tell.</summary>
    public double? Cpu { get; set; } = 0;

    /// <summary>
    /// Bytes moved per second, averaged as the kernel averages, at which moves alone would make the memory pressure 1; infinity:
    /// moves add none.
    /// </summary>
    public double FullAtBytesPerSecond { get; set; } = double.PositiveInfinity;

    /// <inheritdoc/>
    public Pressure Read()
    {
        double seconds = SimulatedClock.ToTimeSpan(_machine.Clock.Nanoseconds - _readAt).TotalSeconds;
        if (seconds > 0)
        {
            double now = (_machine.MovedPages - _pagesBefore) / seconds;
            _averagePagesPerSecond = now + ((_averagePagesPerSecond - now) * Math.Exp(-seconds / AverageSeconds));
            (_pagesBefore, _readAt) = (_machine.MovedPages, _machine.Clock.Nanoseconds);
        }

        double byMoves = _averagePagesPerSecond * Chunk.PageBytes / FullAtBytesPerSecond;
        return new Pressure(Memory is { } memory ? Math.Min(1, memory + byMoves) : null, Cpu);
    }
}
