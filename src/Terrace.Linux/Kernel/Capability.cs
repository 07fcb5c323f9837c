namespace Terrace.Linux.Kernel;

/// <summary>
/// Capabilities that Terrace uses, by their numbers (capabilities(7), include/uapi/linux/capability.h). They keep their kernel
/// names.
/// </summary>
public enum Capability
{
    /// <summary>Open files in /proc that belong to the user of a process, such as clear_refs.</summary>
    CAP_DAC_OVERRIDE = 1,

    /// <summary>Listen to process events.</summary>
    CAP_NET_ADMIN = 12,

    /// <summary>Open /proc/kcore.</summary>
    CAP_SYS_RAWIO = 17,

    /// <summary>See other users' processes' mappings and pages.</summary>
    CAP_SYS_PTRACE = 19,

    /// <summary>See physical frame numbers.</summary>
    CAP_SYS_ADMIN = 21,

    /// <summary>Move other processes' pages, and pages that several processes map.</summary>
    CAP_SYS_NICE = 23,

    /// <summary>See kernel addresses in /proc/kallsyms.</summary>
    CAP_SYSLOG = 34,
}
