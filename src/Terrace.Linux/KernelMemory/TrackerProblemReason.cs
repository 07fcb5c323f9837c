namespace Terrace.Linux.KernelMemory;

/// <summary>What keeps the page-table tracker from working.</summary>
public enum TrackerProblemReason
{
    /// <summary>Not an x86-64 machine.</summary>
    Architecture,

    /// <summary>Not root, or root without CAP_SYS_RAWIO.</summary>
    NotPermitted,

    /// <summary>In a PID namespace whose numbers are not the kernel's.</summary>
    PidNamespace,

    /// <summary>The kernel has no /proc/kcore.</summary>
    NoCore,

    /// <summary>Kernel lockdown forbids reading kernel memory.</summary>
    Lockdown,

    /// <summary>The kernel has no type information, or not what is needed.</summary>
    NoTypes,

    /// <summary>Kernel symbols are missing or hidden.</summary>
    NoSymbols,

    /// <summary>What was read from kernel memory does not make sense.</summary>
    Inconsistent,
}
