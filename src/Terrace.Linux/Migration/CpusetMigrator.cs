using Terrace.Core.Machine;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Migration;

/// <summary>
/// Keeps moves within the nodes that the process's cpuset allows: where the node that was meant is not allowed the closest
/// allowed one takes its place. The kernel would
/// refuse such moves, and the rest of the batch with them (EACCES, do_pages_move in mm/migrate.c).
/// </summary>
internal sealed class CpusetMigrator(IPageMigrator inner, AllowedNodes allowed, IMachine machine) : IPageMigrator
{
    /// <inheritdoc/>
    public void Move(ReadOnlySpan<ulong> addresses, int targetNode, Span<MoveResult> results)
    {
        if (allowed.ClosestTo(targetNode, machine.Topology) is { } node)
        {
            inner.Move(addresses, node, results);
        }
        else
        {
            results[..addresses.Length].Fill(MoveResult.Denied);
        }
    }

    /// <inheritdoc/>
    public void MoveFolios(
        ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, int targetNode, Span<MoveResult> results, Span<ushort> arrived)
    {
        if (allowed.ClosestTo(targetNode, machine.Topology) is { } node)
        {
            inner.MoveFolios(addresses, counts, node, results, arrived);
        }
        else
        {
            results[..addresses.Length].Fill(MoveResult.Denied);
            arrived[..addresses.Length].Clear();
        }
    }
}
