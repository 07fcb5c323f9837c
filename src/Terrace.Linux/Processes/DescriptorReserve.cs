using Terrace.Linux.Interop;

namespace Terrace.Linux.Processes;

/// <summary>
/// Divides the descriptors that the program may have open: the upper numbers are kept for whatever must continue to work (clients,
/// logs, metrics, files that are open only while they are read), the lower ones are for managed processes.
/// </summary>
/// <remarks>
/// The kernel gives each new descriptor the lowest number that is free (open(2)). A process whose descriptors all have numbers
/// below <see cref="Ceiling"/> therefore never takes one of the last, whatever else is open.
/// </remarks>
/// <param name="Limit">Most that may be open.</param>
public sealed record DescriptorReserve(int Limit)
{
    /// <summary>Descriptors of one managed process: its pidfd and its open /proc/PID/maps.</summary>
    public const int EachProcess = 2;

    private const int Least = 64;
    private const int Most = 512;

    /// <summary>Descriptors that managed processes leave free.</summary>
    public int Kept => Math.Min(Math.Clamp(Limit / 8, Least, Most), Limit);

    /// <summary>Descriptors of managed processes have lower numbers than this.</summary>
    public int Ceiling => Limit - Kept;

    /// <summary>About how many processes fit next to that many other descriptors.</summary>
    public int ProcessesWith(int others) => Math.Max(0, (Ceiling - others) / EachProcess);
}
