using System.Numerics;
using Terrace.Core.Machine;

namespace Terrace.Linux.Migration;

/// <summary>
/// Room for one call of move_pages(2). All migrators of a thread use the same: a daemon has one for each process that it manages,
/// and one call at a time. Large enough for every batch from the first
/// call on, so that a larger batch in the steady state makes no garbage.
/// </summary>
internal sealed class MoveBuffers
{
    private const int FewestPages = 2048;

    [ThreadStatic]
    private static MoveBuffers? t_buffers;

    private MoveBuffers(int pages)
    {
        Nodes = new int[pages];
        Status = new int[pages];
        Before = new int[pages];
        Where = new int[pages];
        Again = new ulong[pages];
        AgainResults = new MoveResult[pages];
        Others = new ulong[pages];
        Owners = new int[pages];
        OthersResults = new MoveResult[pages];
    }

    public int[] Nodes { get; }

    public int[] Status { get; }

    public int[] Before { get; }

    public int[] Where { get; }

    public ulong[] Again { get; }

    public MoveResult[] AgainResults { get; }

    /// <summary>Pages of folios other than the one that was named, and which entry each is of.</summary>
    public ulong[] Others { get; }

    public int[] Owners { get; }

    public MoveResult[] OthersResults { get; }

    /// <summary>This thread's, for at least that many pages.</summary>
    public static MoveBuffers For(int pages)
    {
        if (t_buffers is null || t_buffers.Nodes.Length < pages)
        {
            t_buffers = new MoveBuffers((int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(pages, FewestPages)));
        }

        return t_buffers;
    }
}
