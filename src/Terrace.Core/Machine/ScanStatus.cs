namespace Terrace.Core.Machine;

/// <summary>How a read or clear of accessed bits ended.</summary>
public enum ScanStatus
{
    /// <summary>All of the address space was covered.</summary>
    Complete,

    /// <summary>The process exited (or is a zombie without an address space).</summary>
    ProcessGone,

    /// <summary>
    /// The process replaced its address space (execve): what was known of its pages is void. The next scan sees the new one.
    /// </summary>
    AddressSpaceReplaced,

    /// <summary>
    /// Of a clear: it continues, and nothing else need wait for it. To be called again soon, until it has another outcome.
    /// </summary>
    Unfinished,

    /// <summary>The interface refused: <see cref="ScanOutcome.Errno"/> says why.</summary>
    Failed,
}
