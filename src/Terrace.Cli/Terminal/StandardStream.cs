using Microsoft.Win32.SafeHandles;
using Terrace.Host.Files;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Standard output or standard error. Unlike the runtime's own it fails when whoever reads it has gone, so that a command does not
/// work on for nobody.
/// </summary>
/// <param name="descriptor">1 or 2.</param>
internal sealed class StandardStream(int descriptor) : DescriptorStream(new SafeFileHandle(descriptor, ownsHandle: false))
{
    /// <summary>Waits at most that long for whoever reads standard output to go; true when nobody reads it.</summary>
    public static bool IsNobodyReading(TimeSpan timeout)
    {
        using SafeFileHandle output = new(1, ownsHandle: false);
        return DescriptorWriter.IsNobodyReading(output, timeout);
    }

    /// <inheritdoc/>
    protected override IOException FailureOf(int errno) =>
        new StandardStreamFailure(descriptor == 1 ? "standard output" : "standard error", errno);
}
