namespace Terrace.Simulation.Frames;

/// <content>Whether what is told agrees with what there is.</content>
public sealed partial class FrameAllocator
{
    /// <summary>Who has a frame at the moment.</summary>
    internal FrameOwner OwnerOf(int frame)
    {
        lock (_frames)
        {
            return _table.Owner[frame];
        }
    }

    /// <summary>What the kernel reports of each node that has memory, and of those that had: nothing else need be rebuilt for it.</summary>
    public IReadOnlyList<NodeMemory> Export()
    {
        lock (_frames)
        {
            return [.. Enumerable.Range(0, MaxNodes).Where(node => _nodes[node].Present > 0).Select(Told)];
        }
    }

    /// <summary>
    /// Counts everything again, frame by frame; throws when the accounts do not agree with it. No CPU may be in the allocator
    /// meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public void CheckAccounts()
    {
        lock (_frames)
        {
            long[] present = new long[MaxNodes];
            long[] free = new long[MaxNodes];
            long[] onCpus = new long[MaxNodes];
            long[] reserved = new long[MaxNodes];
            long awaiting = 0;
            for (int frame = 0; frame < _table.Count; frame++)
            {
                int node = _table.Node[frame];
                int block = _table.FreeBlockOf(frame);
                bool wrong = node != _layout.NodeOf((ulong)frame);
                present[node]++;
                awaiting += _table.IsToBeLookedUp(frame) ? 1 : 0;
                switch (_table.Owner[frame])
                {
                    case FrameOwner.Node:
                        free[node]++;
                        Require(block >= 0 && _table.Node[block] == node && !wrong && !_table.IsToBeLookedUp(frame), frame, "free");
                        break;
                    case FrameOwner.Cpu:
                        onCpus[node]++;
                        Require(block < 0 && wrong == _table.IsToBeLookedUp(frame), frame, "in a CPU's list");
                        break;
                    case FrameOwner.User:
                        Require(block < 0 && wrong == _table.IsToBeLookedUp(frame), frame, "in use");
                        break;
                    default:
                        reserved[node]++;
                        Require(block < 0 && !_table.IsToBeLookedUp(frame), frame, "reserved");
                        break;
                }
            }

            for (int node = 0; node < MaxNodes; node++)
            {
                NodeMemory counted = new(node, present[node], present[node] - reserved[node], free[node], onCpus[node]);
                if (counted != Told(node))
                {
                    throw new InvalidOperationException($"told {Told(node)}, counted {counted}");
                }
            }

            if (awaiting != _table.Awaiting)
            {
                throw new InvalidOperationException($"{_table.Awaiting} frames are said to await another node; {awaiting} do");
            }
        }
    }

    private static void Require(bool condition, int frame, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"frame {frame} is {what}, and something about it is not as it must be then");
        }
    }

    private NodeMemory Told(int node) =>
        new(node, _nodes[node].Present, _nodes[node].Present - _nodes[node].Reserved, _nodes[node].Free, _nodes[node].OnCpus);
}
