using Microsoft.Win32.SafeHandles;
using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Standard output or standard error. Unlike the runtime's own it fails when whoever reads it has gone, so that a command does not
/// work on for nobody.
/// </summary>
/// <param name="descriptor">1 or 2.</param>
internal sealed class StandardStream(int descriptor) : DescriptorStream(new SafeFileHandle(descriptor, ownsHandle: false))
{
    /// <inheritdoc/>
    protected override IOException FailureOf(int errno) =>
        new StandardStreamFailure(descriptor == 1 ? "standard output" : "standard error", errno);
}
