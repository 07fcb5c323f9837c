using Terrace.Linux.Files;

namespace Terrace.Linux.Kernel;

/// <summary>The capabilities of a process.</summary>
/// <param name="Bits">One bit for each, by its number.</param>
public readonly record struct CapabilitySet(ulong Bits)
{
    /// <summary>
    /// The effective ones of this process, from CapEff of /proc/self/status (proc_pid_status(5)); null where that cannot be read.
    /// </summary>
    public static CapabilitySet? Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ReadOnlySpan<byte> text = tree.Read("proc/self/status");
        while (KernelText.TakeLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (KernelText.TakeWord(ref line).SequenceEqual("CapEff:"u8))
            {
                return KernelText.TryHex(line, out ulong bits) ? new CapabilitySet(bits) : null;
            }
        }

        return null;
    }

    /// <summary>True when it is one of them.</summary>
    public bool Has(Capability capability) => ((Bits >> (int)capability) & 1) != 0;
}
