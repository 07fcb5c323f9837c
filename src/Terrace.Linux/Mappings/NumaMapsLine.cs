using Terrace.Linux.Files;

namespace Terrace.Linux.Mappings;

/// <summary>
/// One line of /proc/PID/numa_maps (numa(7)): <c>start policy[=flags][:nodes] words…</c>. What the kernel shows as policy is the
/// mapping's own or, where it
/// has none, that of the process's first thread (show_numa_map, fs/proc/task_mmu.c; mpol_to_str, mm/mempolicy.c).
/// </summary>
internal readonly ref struct NumaMapsLine
{
    /// <summary>x86 has physical addresses of 52 bits: there is no more memory.</summary>
    private const ulong MaxBytes = 1UL << 52;

    private NumaMapsLine(ulong start, ReadOnlySpan<byte> policy, ReadOnlySpan<byte> facts)
    {
        Start = start;
        Policy = policy;
        Facts = facts;
    }

    /// <summary>First address of the mapping.</summary>
    public ulong Start { get; }

    /// <summary>The policy as it is written, nodes included: <c>default</c>, <c>bind:1</c>, <c>weighted interleave:0-1</c>.</summary>
    public ReadOnlySpan<byte> Policy { get; }

    private ReadOnlySpan<byte> Facts { get; }

    /// <summary>The policy's name without flags and nodes.</summary>
    public ReadOnlySpan<byte> Mode => Policy.IndexOfAny("=:"u8) is >= 0 and var end ? Policy[..end] : Policy;

    /// <summary>The policy's nodes as a list; empty when it names none.</summary>
    public ReadOnlySpan<byte> Nodes => Policy.LastIndexOf((byte)':') is >= 0 and var colon ? Policy[(colon + 1)..] : default;

    /// <summary>The mapping's memory on all nodes, bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            // N0=12 N1=3 kernelpagesize_kB=4
            ReadOnlySpan<byte> rest = Facts;
            UInt128 pages = 0;
            ulong pageKilobytes = 4;
            while (KernelText.TakeWord(ref rest) is { IsEmpty: false } word)
            {
                int equals = word.IndexOf((byte)'=');
                if (equals < 0 || !KernelText.TryNumber(word[(equals + 1)..], out long value) || value < 0)
                {
                    continue;
                }

                if (word.StartsWith("kernelpagesize_kB="u8))
                {
                    pageKilobytes = Math.Min((ulong)value, MaxBytes);
                }
                else if (word[0] == (byte)'N' && equals > 1 && word[1..equals].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
                {
                    pages += (ulong)value;
                }
            }

            return (long)UInt128.Min(UInt128.Min(pages, MaxBytes) * pageKilobytes * 1024, MaxBytes);
        }
    }

    /// <summary>Parses a line; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out NumaMapsLine mapping)
    {
        mapping = default;
        if (!KernelText.TryHex(KernelText.TakeWord(ref line), out ulong start))
        {
            return false;
        }

        line = line.TrimStart((byte)' ');
        int end = EndOfFirstWord(line);

        // Two policies have names of two words.
        end = line.StartsWith("weighted interleave"u8) || line.StartsWith("prefer (many)"u8)
            ? end + 1 + EndOfFirstWord(line[(end + 1)..])
            : end;
        mapping = new NumaMapsLine(start, line[..end], line[end..]);
        return end > 0;
    }

    private static int EndOfFirstWord(ReadOnlySpan<byte> text) => text.IndexOf((byte)' ') is >= 0 and var blank ? blank : text.Length;
}
