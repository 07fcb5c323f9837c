using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Asks move_pages(2) with no nodes, which moves nothing and needs no privilege for oneself. Dear: a page costs a walk of the page tables.
/// </summary>
internal sealed class MovePagesLocator(IFastNodes nodes) : IPageLocator
{
    private ulong[] _addresses = [];
    private int[] _nodes = [];

    public int Locate(ulong address, Span<bool> fast)
    {
        if (_addresses.Length < fast.Length)
        {
            _addresses = new ulong[fast.Length];
            _nodes = new int[fast.Length];
        }

        for (int i = 0; i < fast.Length; i++)
        {
            _addresses[i] = address + ((ulong)i << Chunk.PageShift);
        }

        int error = MovePages.Query(0, _addresses.AsSpan(0, fast.Length), _nodes.AsSpan(0, fast.Length));
        for (int i = 0; error == 0 && i < fast.Length; i++)
        {
            fast[i] = _nodes[i] >= 0 ? nodes.IsFast(_nodes[i]) : fast[i];
        }

        return error;
    }
}
