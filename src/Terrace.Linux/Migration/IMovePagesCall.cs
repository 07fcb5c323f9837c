namespace Terrace.Linux.Migration;

/// <summary>move_pages(2), so that tests can answer for the kernel.</summary>
internal interface IMovePagesCall
{
    /// <summary>As <see cref="Interop.MovePages.Move"/>.</summary>
    int Move(int pid, ReadOnlySpan<ulong> addresses, ReadOnlySpan<int> targetNodes, Span<int> status, int flags);

    /// <summary>As <see cref="Interop.MovePages.Query"/>.</summary>
    int Query(int pid, ReadOnlySpan<ulong> addresses, Span<int> nodes);
}
