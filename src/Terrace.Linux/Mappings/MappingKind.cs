namespace Terrace.Linux.Mappings;

/// <summary>What a mapping of a process is of.</summary>
public enum MappingKind : byte
{
    /// <summary>Private memory without a name, or with a name that the process gave it.</summary>
    Anonymous,

    /// <summary>The heap that brk(2) grows.</summary>
    Heap,

    /// <summary>The main thread's stack.</summary>
    Stack,

    /// <summary>Memory shared through shmem: memfd, /dev/shm, System V segments, shared anonymous mappings.</summary>
    SharedMemory,

    /// <summary>Pages of hugetlbfs.</summary>
    HugeTlb,

    /// <summary>A file that is not executable.</summary>
    File,

    /// <summary>Executable file mappings: program text, which other programs share.</summary>
    ProgramText,

    /// <summary>Device memory and files that only look like memory.</summary>
    Device,

    /// <summary>What the kernel provides: vdso, vvar, vsyscall.</summary>
    KernelProvided,
}
