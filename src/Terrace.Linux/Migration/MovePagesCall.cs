using Terrace.Linux.Interop;

namespace Terrace.Linux.Migration;

/// <summary>The kernel's move_pages(2); <paramref name="process"/> as <see cref="MovePages.Query"/> has it.</summary>
internal sealed class MovePagesCall(BoundedCalls? bounded = null, int? process = null) : IMovePagesCall
{
    /// <inheritdoc/>
    public int Move(int pid, ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags) =>
        MovePages.Move(pid, addresses, targetNodes, status, flags, bounded, process);

    /// <inheritdoc/>
    public int Query(int pid, ReadOnlySpan<ulong> addresses, Span<int> nodes) => MovePages.Query(pid, addresses, nodes, bounded, process);

    /// <inheritdoc/>
    public bool HintingPagesLookGone { get; } = KernelRelease.Current.IsAtLeast(6, 1) && !KernelRelease.Current.IsAtLeast(6, 6);

    /// <inheritdoc/>
    public int Touch(int pid, ReadOnlySpan<ulong> addresses) => RemoteRead.Touch(pid, addresses, 1, bounded, process);
}
