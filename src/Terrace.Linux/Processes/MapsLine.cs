using Terrace.Linux.Nodes;

namespace Terrace.Linux.Processes;

/// <summary>One line of /proc/PID/maps (proc_pid_maps(5)): <c>start-end perms offset device inode   name</c>.</summary>
internal readonly ref struct MapsLine
{
    private MapsLine(ulong start, ulong end, ReadOnlySpan<byte> permissions, ReadOnlySpan<byte> name)
    {
        Start = start;
        End = end;
        Permissions = permissions;
        Name = name;
    }

    public ulong Start { get; }

    public ulong End { get; }

    public ReadOnlySpan<byte> Permissions { get; }

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
        if (dash < 0 || permissions.Length != 4 || !KernelText.TryHex(addresses[..dash], out ulong start) || !KernelText.TryHex(addresses[(dash + 1)..], out ulong end) || start >= end)
        {
            return false;
        }

        // Offset, device, inode.
        KernelText.TakeWord(ref line);
        KernelText.TakeWord(ref line);
        if (KernelText.TakeWord(ref line).IsEmpty)
        {
            return false;
        }

        mapping = new MapsLine(start, end, permissions, line.TrimStart((byte)' '));
        return true;
    }
}
