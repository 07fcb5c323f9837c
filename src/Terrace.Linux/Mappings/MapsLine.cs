using Terrace.Linux.Files;

namespace Terrace.Linux.Mappings;

/// <summary>One line of /proc/PID/maps (proc_pid_maps(5)): <c>start-end perms offset device inode   name</c>.</summary>
internal readonly ref struct MapsLine
{
    private MapsLine(ulong start, ulong end, ReadOnlySpan<byte> permissions, ulong offset, FileIdentity file, ReadOnlySpan<byte> name)
    {
        Start = start;
        End = end;
        Permissions = permissions;
        Offset = offset;
        File = file;
        Name = name;
    }

    public ulong Start { get; }

    public ulong End { get; }

    public ReadOnlySpan<byte> Permissions { get; }

    /// <summary>Where in its file it begins, bytes.</summary>
    public ulong Offset { get; }

    /// <summary>What it maps.</summary>
    public FileIdentity File { get; }

    /// <summary>Its pages are those of all processes that map the file so (MAP_SHARED).</summary>
    public bool IsShared => Permissions[3] == 's' && File.Inode != 0;

    public ReadOnlySpan<byte> Name { get; }

    public MappingKind Kind
    {
        get
        {
            if (Name.IsEmpty)
            {
                return MappingKind.Anonymous;
            }

            if (Name[0] == '[')
            {
                return Name.SequenceEqual("[heap]"u8) ? MappingKind.Heap
                    : Name.StartsWith("[stack"u8) ? MappingKind.Stack
                    : Name.StartsWith("[anon_shmem:"u8) ? MappingKind.SharedMemory
                    : Name.StartsWith("[anon:"u8) ? MappingKind.Anonymous
                    : MappingKind.KernelProvided;
            }

            if (Name[0] != '/')
            {
                // anon_inode:[io_uring], socket:[…] and the like.
                return MappingKind.Device;
            }

            if (Name.StartsWith("/dev/"u8))
            {
                return Name.StartsWith("/dev/shm/"u8) || Name.StartsWith("/dev/zero"u8) ? MappingKind.SharedMemory
                    : Name.StartsWith("/dev/hugepages/"u8) ? MappingKind.HugeTlb
                    : MappingKind.Device;
            }

            return Name.StartsWith("/anon_hugepage"u8) ? MappingKind.HugeTlb
                : Name.StartsWith("/memfd:"u8) || Name.StartsWith("/SYSV"u8) ? MappingKind.SharedMemory
                : Permissions[2] == 'x' ? MappingKind.ProgramText
                : MappingKind.File;
        }
    }

    /// <summary>Parses a line; false when it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out MapsLine mapping)
    {
        mapping = default;
        ReadOnlySpan<byte> addresses = KernelText.TakeWord(ref line);
        ReadOnlySpan<byte> permissions = KernelText.TakeWord(ref line);
        int dash = addresses.IndexOf((byte)'-');
        if (
            dash < 0
                || permissions.Length != 4
                || !KernelText.TryHex(addresses[..dash], out ulong start)
                || !KernelText.TryHex(addresses[(dash + 1)..], out ulong end)
                || start >= end)
        {
            return false;
        }

        if (!KernelText.TryHex(KernelText.TakeWord(ref line), out ulong offset)
            || !TryDevice(KernelText.TakeWord(ref line), out ulong device)
            || !KernelText.TryNumber(KernelText.TakeWord(ref line), out long inode))
        {
            return false;
        }

        mapping = new MapsLine(start, end, permissions, offset, new FileIdentity(device, (ulong)inode), line.TrimStart((byte)' '));
        return true;
    }

    // major:minor, hexadecimal.
    private static bool TryDevice(ReadOnlySpan<byte> text, out ulong device)
    {
        int colon = text.IndexOf((byte)':');
        device = 0;
        if (colon < 0 || !KernelText.TryHex(text[..colon], out ulong major) || !KernelText.TryHex(text[(colon + 1)..], out ulong minor))
        {
            return false;
        }

        device = (major << 32) | minor;
        return true;
    }
}
