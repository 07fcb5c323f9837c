using Terrace.Core.Machine;
using Terrace.Linux.Files;

namespace Terrace.Linux.Pressures;

/// <summary>Pressure of the whole host: /proc/pressure.</summary>
internal sealed class HostPressure(FileTree tree) : IPressureGauge, IDisposable
{
    private readonly PressureFile _memory = new(tree.PathOf("proc/pressure/memory"));
    private readonly PressureFile _cpu = new(tree.PathOf("proc/pressure/cpu"));

    /// <inheritdoc/>
    public Pressure Read() => new(_memory.Read(), _cpu.Read());

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _cpu.Dispose();
    }
}
