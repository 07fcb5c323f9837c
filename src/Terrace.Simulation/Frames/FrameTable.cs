namespace Terrace.Simulation.Frames;

/// <summary>What is known of each page frame: a kernel's struct pages.</summary>
internal sealed class FrameTable
{
    // Order + 1 of the free block that begins with the frame; 0 for any other frame.
    private readonly byte[] _freeOrder;

    // A bit for each frame whose node is to be looked up when it is freed. In the kernel of the RFC this was a page flag
    // ("LookupNode"), set without owning
    // the page, so that owners who change their flags without atomics could lose it. A map of its own has one writer: whoever
    // holds the locks.
    private readonly ulong[] _lookUp;

    public FrameTable(int count)
    {
        Count = count;
        Node = new byte[count];
        Owner = new FrameOwner[count];
        Next = new int[count];
        Previous = new int[count];
        _freeOrder = new byte[count];
        _lookUp = new ulong[(count + 63) / 64];
    }

    /// <summary>Frames of the machine.</summary>
    public int Count { get; }

    /// <summary>The node of each: page_to_nid.</summary>
    public byte[] Node { get; }

    public FrameOwner[] Owner { get; }

    /// <summary>Links of the lists of free blocks, at the first frame of each.</summary>
    public int[] Next { get; }

    public int[] Previous { get; }

    /// <summary>Frames in use whose node the committed layout changes.</summary>
    public long Awaiting { get; private set; }

    /// <summary>The order of the free block that begins here, or -1.</summary>
    public int OrderOfFree(int frame) => _freeOrder[frame] - 1;

    /// <summary>Notes that a free block of an order begins here, or with -1 that none does.</summary>
    public void SetFree(int frame, int order) => _freeOrder[frame] = (byte)(order + 1);

    /// <summary>The first frame of the free block that a frame is in, or -1.</summary>
    public int FreeBlockOf(int frame)
    {
        for (int order = 0; order <= BuddyLists.MaxOrder; order++)
        {
            int block = frame & -(1 << order);
            if (OrderOfFree(block) >= order)
            {
                return block;
            }
        }

        return -1;
    }

    public bool IsToBeLookedUp(int frame) => (_lookUp[frame >> 6] & (1UL << (frame & 63))) != 0;

    public void LookUpWhenFreed(int frame, bool value)
    {
        if (IsToBeLookedUp(frame) != value)
        {
            _lookUp[frame >> 6] ^= 1UL << (frame & 63);
            Awaiting += value ? 1 : -1;
        }
    }
}
