using Terrace.Core.Layout;

namespace Terrace.Simulation.Frames;

/// <summary>
/// A kernel's page allocator whose page-to-node layout changes while it runs, in place and without hotplug (DNUMA: "Runtime NUMA
/// memory layout reconfiguration", RFC): a committed
/// layout pulls free frames out of their node's allocator at once; frames in use are marked, and go to their new node when they are freed.
/// <code>
///  commit: free in a buddy ----------------------------------------> new node's buddy
///          in a CPU's list --> asked to drain --> freed as below
///          in use ----------> marked ----> freed: looked up in the layout --> new node's buddy
/// </code>
/// Where this differs from the RFC: no machine is stopped (CPUs drain their own lists; zone lists are rebuilt once for each
/// commit, not for each page), a
/// commit goes in slices that hold locks for a bounded number of frames and allocate nothing meanwhile, marks are not page flags,
/// counts change together with what they count under the same
/// locks, and a node's lists are there for good, so that none is leaked. Thread safe; a CPU's number may be used by one thread at a time.
/// </summary>
public sealed partial class FrameAllocator
{
    /// <summary>Nodes that there can be.</summary>
    public const int MaxNodes = 64;

    /// <summary>Frames that a commit handles without letting others in.</summary>
    public const int SliceFrames = 4096;

    private readonly Lock _commits = new();

    // Stands for the locks of all zones, which a kernel takes one or two at a time.
    private readonly Lock _frames = new();
    private readonly FrameTable _table;
    private readonly BuddyLists[] _nodes;
    private readonly CpuList[] _cpus;
    private MemoryLayout _layout;
    private Reach _reach;

    /// <summary>A machine that has just booted: every frame is free on the node that the layout says.</summary>
    /// <param name="layout">Node of each frame, from frame 0 on without holes; nodes below <see cref="MaxNodes"/>.</param>
    /// <param name="nodeOfCpu">Node of each CPU; it need not have memory.</param>
    /// <param name="distances">Distance from each node to each (ACPI SLIT), or null: 10 to itself and 20 to others.</param>
    public FrameAllocator(MemoryLayout layout, IReadOnlyList<int> nodeOfCpu, int[][]? distances = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(nodeOfCpu);
        CheckCovers(layout, layout.Pages);
        _table = new FrameTable(checked((int)layout.Pages));
        _nodes = [.. Enumerable.Range(0, MaxNodes).Select(node => new BuddyLists(_table, node))];
        _cpus = [.. nodeOfCpu.Select(_ => new CpuList(MaxNodes))];
        _layout = layout;
        foreach (FrameRange range in layout.Ranges)
        {
            Array.Fill(_table.Node, (byte)range.Node, (int)range.Start, (int)(range.End - range.Start));
            _nodes[range.Node].Present += (long)(range.End - range.Start);
            _nodes[range.Node].Give((int)range.Start, (int)range.End);
        }

        _reach = Reach.Of(Populated(), nodeOfCpu, distances);
    }

    /// <summary>The layout in force.</summary>
    public MemoryLayout Layout => Volatile.Read(ref _layout);

    /// <summary>Layouts committed so far: the generation that listeners are told.</summary>
    public long Commits { get; private set; }

    /// <summary>How often the order in which CPUs try nodes was rebuilt.</summary>
    public long ReachesMade { get; private set; } = 1;

    /// <summary>Most frames that were handled in one batch, while CPUs would have waited.</summary>
    public int LongestSlice { get; private set; }

    /// <summary>Frames in use, or in a CPU's list, that change their node when they are freed.</summary>
    public long Awaiting
    {
        get
        {
            lock (_frames)
            {
                return _table.Awaiting;
            }
        }
    }

    /// <summary>Told after each commit, outside of all locks, with its generation.</summary>
    public Action<long>? Changed { get; set; }

    /// <summary>
    /// Takes memory for good, as firmware does: it keeps its node whatever the layout says. False when any of it is not free.
    /// </summary>
    public bool TryReserve(int start, int end)
    {
        lock (_frames)
        {
            for (int frame = start; frame < end; frame++)
            {
                if (_table.FreeBlockOf(frame) < 0)
                {
                    return false;
                }
            }

            for (int frame = start; frame < end;)
            {
                int until = PullOut(frame, end);
                _table.Owner.AsSpan(frame, until - frame).Fill(FrameOwner.Reserved);
                _nodes[_table.Node[frame]].Reserved += until - frame;
                frame = until;
            }

            return true;
        }
    }

    /// <summary>Allocates 2^<paramref name="order"/> frames, on the nearest node of a CPU that has them; -1 when none has.</summary>
    public int Allocate(int cpu, int order = 0)
    {
        Drain(cpu);
        foreach (int node in Volatile.Read(ref _reach).Of(cpu))
        {
            int block = order == 0 ? TakeOne(cpu, node) : TakeBlock(node, order);
            if (block >= 0)
            {
                return block;
            }
        }

        return -1;
    }

    /// <summary>Frees frames that were allocated together. Each goes to the node that the layout in force says.</summary>
    public void Free(int cpu, int block, int order = 0)
    {
        Drain(cpu);
        lock (_frames)
        {
            if (order == 0 && !_table.IsToBeLookedUp(block))
            {
                GiveToCpu(cpu, block);
            }
            else
            {
                GiveToNodes(block, block + (1 << order), FrameOwner.User);
            }
        }
    }

    /// <summary>Empties the lists of a CPU into the nodes: what an idle CPU does.</summary>
    public void DrainAll(int cpu)
    {
        _cpus[cpu].AskForDrain();
        Drain(cpu);
    }

    /// <summary>The node of a frame, as its owner sees it: a frame in use keeps its node until it is freed.</summary>
    public int NodeOf(int frame) => Volatile.Read(ref _table.Node[frame]);

    /// <summary>Puts a layout in force, together with the CPUs' nodes and the distances that hold with it.</summary>
    /// <param name="next">Node of each frame.</param>
    /// <param name="nodeOfCpu">Node of each CPU; null leaves it.</param>
    /// <param name="distances">Distances between nodes; null leaves them.</param>
    /// <exception cref="ArgumentException">It does not cover the machine's frames, or names a node that cannot be.</exception>
    public void Commit(MemoryLayout next, IReadOnlyList<int>? nodeOfCpu = null, int[][]? distances = null)
    {
        ArgumentNullException.ThrowIfNull(next);
        CheckCovers(next, (ulong)_table.Count);
        long generation;
        lock (_commits)
        {
            IReadOnlyList<LayoutChange> changes = MemoryLayout.Diff(_layout, next);

            // From here on whoever frees a marked frame finds the new node; frames are marked below, slice by slice.
            Volatile.Write(ref _layout, next);
            bool onCpus = false;
            foreach (LayoutChange change in changes)
            {
                for (int start = (int)change.Start; start < (int)change.End; start += SliceFrames)
                {
                    onCpus |= Transplant(start, Math.Min(start + SliceFrames, (int)change.End), change.To);
                }
            }

            Volatile.Write(ref _reach, Reach.Of(Targets(next), nodeOfCpu ?? _reach.NodeOfCpu, distances ?? _reach.Distances));
            ReachesMade++;
            generation = ++Commits;
            for (int cpu = 0; onCpus && cpu < _cpus.Length; cpu++)
            {
                _cpus[cpu].AskForDrain();
            }
        }

        Changed?.Invoke(generation);
    }

    private static void CheckCovers(MemoryLayout layout, ulong frames)
    {
        if (layout.Pages != frames || layout.End != frames || frames is 0 or > int.MaxValue)
        {
            throw new ArgumentException(
                $"a layout of {layout.Pages} frames up to frame {layout.End}, for a machine of {frames} from 0 on", nameof(layout));
        }

        foreach (FrameRange range in layout.Ranges)
        {
            if (range.Node >= MaxNodes)
            {
                throw new ArgumentException(
                    $"frames {range.Start}..{range.End} are to be on node {range.Node}; nodes are 0 to {MaxNodes - 1}", nameof(layout));
            }
        }
    }

    private int TakeOne(int cpu, int node)
    {
        Stack<int> mine = _cpus[cpu][node];
        lock (_frames)
        {
            if (mine.Count == 0)
            {
                for (int i = 0; i < CpuList.Batch && _nodes[node].Take(0) is >= 0 and int frame; i++)
                {
                    _table.Owner[frame] = FrameOwner.Cpu;
                    _nodes[node].OnCpus++;
                    mine.Push(frame);
                }
            }

            if (mine.Count == 0)
            {
                return -1;
            }

            int taken = mine.Pop();
            _table.Owner[taken] = FrameOwner.User;
            _nodes[_table.Node[taken]].OnCpus--;
            return taken;
        }
    }

    private int TakeBlock(int node, int order)
    {
        lock (_frames)
        {
            int block = _nodes[node].Take(order);
            if (block >= 0)
            {
                _table.Owner.AsSpan(block, 1 << order).Fill(FrameOwner.User);
            }

            return block;
        }
    }

    private void GiveToCpu(int cpu, int frame)
    {
        int node = _table.Node[frame];
        Stack<int> mine = _cpus[cpu][node];
        _table.Owner[frame] = FrameOwner.Cpu;
        _nodes[node].OnCpus++;
        mine.Push(frame);
        if (mine.Count < CpuList.High)
        {
            return;
        }

        for (int i = 0; i < CpuList.Batch; i++)
        {
            int given = mine.Pop();
            GiveToNodes(given, given + 1, FrameOwner.Cpu);
        }
    }

    private void Drain(int cpu)
    {
        if (!_cpus[cpu].TakeDrainRequest())
        {
            return;
        }

        lock (_frames)
        {
            for (int node = 0; node < MaxNodes; node++)
            {
                while (_cpus[cpu][node].TryPop(out int frame))
                {
                    GiveToNodes(frame, frame + 1, FrameOwner.Cpu);
                }
            }
        }
    }

    // Frames that nobody has any more: each to its node, after a look into the layout where one is due.
    private void GiveToNodes(int start, int end, FrameOwner from)
    {
        for (int frame = start; frame < end; frame++)
        {
            int node = _table.Node[frame];
            _nodes[node].OnCpus -= from == FrameOwner.Cpu ? 1 : 0;
            if (_table.IsToBeLookedUp(frame))
            {
                _table.LookUpWhenFreed(frame, false);
                Move(frame, frame + 1, _layout.NodeOf((ulong)frame));
            }

            _table.Owner[frame] = FrameOwner.Node;
        }

        for (int frame = start; frame < end;)
        {
            int run = frame + 1;
            while (run < end && _table.Node[run] == _table.Node[frame])
            {
                run++;
            }

            _nodes[_table.Node[frame]].Give(frame, run);
            frame = run;
        }
    }

    private void Move(int start, int end, int node)
    {
        _nodes[_table.Node[start]].Present -= end - start;
        _nodes[node].Present += end - start;
        _table.Node.AsSpan(start, end - start).Fill((byte)node);
    }

    /// <summary>Moves what is free in a slice to its new node and marks the rest; true when some of it is in CPUs' lists.</summary>
    private bool Transplant(int start, int end, int node)
    {
        bool onCpus = false;
        lock (_frames)
        {
            LongestSlice = Math.Max(LongestSlice, end - start);
            for (int frame = start; frame < end;)
            {
                if (_table.Owner[frame] == FrameOwner.Node)
                {
                    int until = PullOut(frame, end);
                    Move(frame, until, node);
                    _nodes[node].Give(frame, until);
                    frame = until;
                    continue;
                }

                // A frame whose mark was still waiting may be home again: then there is nothing to look up.
                _table.LookUpWhenFreed(frame, _table.Owner[frame] != FrameOwner.Reserved && _table.Node[frame] != node);
                onCpus |= _table.Owner[frame] == FrameOwner.Cpu;
                frame++;
            }
        }

        return onCpus;
    }

    /// <summary>
    /// Takes what of a free block lies from a frame on and before an end out of its node, and leaves the rest there; returns
    /// where what was taken ends.
    /// </summary>
    private int PullOut(int frame, int end)
    {
        int block = _table.FreeBlockOf(frame);
        int blockEnd = block + (1 << _table.OrderOfFree(block));
        BuddyLists node = _nodes[_table.Node[block]];
        node.Remove(block);
        int until = Math.Min(blockEnd, end);
        node.Give(block, frame);
        node.Give(until, blockEnd);
        return until;
    }

    private int[] Populated() => [.. Enumerable.Range(0, MaxNodes).Where(node => _nodes[node].Present > 0)];

    // Nodes that have memory now, and those that get some as it is freed.
    private int[] Targets(MemoryLayout next)
    {
        SortedSet<int> nodes = [];
        foreach (FrameRange range in next.Ranges)
        {
            nodes.Add(range.Node);
        }

        lock (_frames)
        {
            nodes.UnionWith(Populated());
        }

        return [.. nodes];
    }
}
