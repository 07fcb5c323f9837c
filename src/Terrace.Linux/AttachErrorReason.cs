namespace Terrace.Linux;

/// <summary>Kinds of reasons why a process cannot be attached.</summary>
public enum AttachErrorReason
{
    /// <summary>There is no such process, or it is exiting.</summary>
    NoSuchProcess,

    /// <summary>It is a kernel thread: it has no address space of its own.</summary>
    KernelThread,

    /// <summary>The number is that of a thread, not of a process.</summary>
    NotAProcess,

    /// <summary>The caller may not do it.</summary>
    NotPermitted,

    /// <summary>This kernel offers nothing to track accesses with.</summary>
    NoTracker,

    /// <summary>Something holds its memory lock and does not give it back.</summary>
    Hangs,

    /// <summary>Another instance of Terrace manages it.</summary>
    ManagedElsewhere,

    /// <summary>It would take descriptors that the program, or the host, has not left.</summary>
    NoDescriptors,
}
