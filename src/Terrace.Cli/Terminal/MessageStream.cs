using Microsoft.Win32.SafeHandles;
using Terrace.Host.Files;

namespace Terrace.Cli.Terminal;

/// <summary>
/// Standard error for messages. Where it is closed or full there is nowhere left to say so, and what a command does and returns is the
/// same.
/// </summary>
internal sealed class MessageStream() : DescriptorStream(new SafeFileHandle(2, ownsHandle: false))
{
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            base.Write(buffer);
        }
        catch (IOException)
        {
            // Lost, as it is with every program.
        }
    }
}
