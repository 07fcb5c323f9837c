using Terrace.Linux.Files;

namespace Terrace.Linux.Kernel;

/// <summary>How far the kernel is locked down (kernel_lockdown(7)).</summary>
public enum LockdownLevel
{
    /// <summary>It cannot be seen: the kernel has no lockdown, or securityfs is not mounted.</summary>
    Unknown,

    /// <summary>Not at all.</summary>
    None,

    /// <summary>The kernel cannot be changed; its memory can be read.</summary>
    Integrity,

    /// <summary>Its memory cannot be read either.</summary>
    Confidentiality,
}

/// <summary>Reads it.</summary>
public static class LockdownLevels
{
    /// <summary>
    /// From securityfs, which prints all levels with the present one in brackets; where that is not mounted, what the kernel's
    /// command line asked for.
    /// </summary>
    public static LockdownLevel Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (tree.Read("sys/kernel/security/lockdown") is { } text)
        {
            return text.AsSpan().IndexOf("[confidentiality]"u8) >= 0 ? LockdownLevel.Confidentiality
                : text.AsSpan().IndexOf("[integrity]"u8) >= 0 ? LockdownLevel.Integrity
                : text.AsSpan().IndexOf("[none]"u8) >= 0 ? LockdownLevel.None : LockdownLevel.Unknown;
        }

        LockdownLevel asked = LockdownLevel.Unknown;
        ReadOnlySpan<byte> line = tree.Read("proc/cmdline").AsSpan().TrimEnd((byte)'\n');
        while (!line.IsEmpty)
        {
            ReadOnlySpan<byte> word = KernelText.TakeWord(ref line);
            asked = word.SequenceEqual("lockdown=confidentiality"u8) ? LockdownLevel.Confidentiality
                : word.SequenceEqual("lockdown=integrity"u8) ? LockdownLevel.Integrity : asked;
        }

        return asked;
    }
}
