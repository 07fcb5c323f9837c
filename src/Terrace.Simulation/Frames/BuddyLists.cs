namespace Terrace.Simulation.Frames;

/// <summary>
/// The free blocks of one node by order: 2^order frames, aligned to their size (the buddy system; Knuth, The Art of Computer
/// Programming 1, 2.5). Links and
/// orders lie in arrays that all nodes share, since a frame is in one list at most.
/// </summary>
internal sealed class BuddyLists(FrameTable frames, int node)
{
    /// <summary>The largest block has 2^10 frames: 4 MiB (MAX_PAGE_ORDER).</summary>
    public const int MaxOrder = 10;

    private const int None = -1;
    private readonly int[] _heads = [.. Enumerable.Repeat(None, MaxOrder + 1)];

    /// <summary>Frames in all blocks.</summary>
    public long Free { get; private set; }

    /// <summary>Frames whose node this is.</summary>
    public long Present { get; set; }

    /// <summary>Of those, frames that never come to the allocator.</summary>
    public long Reserved { get; set; }

    /// <summary>Frames in lists of CPUs.</summary>
    public long OnCpus { get; set; }

    /// <summary>Takes a block of an order, splitting a larger one if there is none; -1 when there is no memory.</summary>
    public int Take(int order)
    {
        for (int from = order; from <= MaxOrder; from++)
        {
            int block = _heads[from];
            if (block == None)
            {
                continue;
            }

            Remove(block);
            while (from > order)
            {
                from--;
                Add(block + (1 << from), from);
            }

            return block;
        }

        return None;
    }

    /// <summary>
    /// Gives frames back that are this node's: in the largest aligned blocks, each joined with its buddy as long as that is free
    /// and of this node too.
    /// </summary>
    public void Give(int start, int end)
    {
        while (start < end)
        {
            int order = Math.Min(MaxOrder, int.TrailingZeroCount(start));
            while (start + (1 << order) > end)
            {
                order--;
            }

            Join(start, order);
            start += 1 << order;
        }
    }

    /// <summary>Takes a certain free block out of its list.</summary>
    public void Remove(int block)
    {
        int order = frames.OrderOfFree(block);
        int next = frames.Next[block];
        int previous = frames.Previous[block];
        if (previous == None)
        {
            _heads[order] = next;
        }
        else
        {
            frames.Next[previous] = next;
        }

        if (next != None)
        {
            frames.Previous[next] = previous;
        }

        frames.SetFree(block, order: None);
        Free -= 1 << order;
    }

    private void Join(int block, int order)
    {
        while (order < MaxOrder)
        {
            int buddy = block ^ (1 << order);
            if (buddy >= frames.Count || frames.OrderOfFree(buddy) != order || frames.Node[buddy] != node)
            {
                break;
            }

            Remove(buddy);
            block = Math.Min(block, buddy);
            order++;
        }

        Add(block, order);
    }

    private void Add(int block, int order)
    {
        int head = _heads[order];
        frames.Next[block] = head;
        frames.Previous[block] = None;
        if (head != None)
        {
            frames.Previous[head] = block;
        }

        _heads[order] = block;
        frames.SetFree(block, order);
        Free += 1 << order;
    }
}
