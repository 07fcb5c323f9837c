using Terrace.Core.Units;

namespace Terrace.Core.Placement;

/// <summary>Pages that go to one node, in address order. Storage is reused from plan to plan.</summary>
public sealed class MoveList
{
    private const ulong HugeFlag = 1;

    private const int FirstEntries = 256;

    /// <summary>Room for this many pages is always kept; beyond that, at most this many times what was used last.</summary>
    private const int KeptEntries = 4096;
    private const int KeptTimes = 8;

    private ulong[] _entries = new ulong[FirstEntries];
    private int _count;
    private int _cursor;

    /// <summary>The node they go to.</summary>
    public int Node { get; private set; }

    /// <summary>The place of that node.</summary>
    public int Place { get; private set; }

    /// <summary>True when they come from a lower tier.</summary>
    public bool IsPromotion { get; private set; }

    /// <summary>The upper tier of the boundary they cross.</summary>
    public int UpperTier { get; private set; }

    /// <summary>Base pages that arrived.</summary>
    public long PagesMoved { get; internal set; }

    /// <summary>Pages that it has room for.</summary>
    internal int Capacity => _entries.Length;

    /// <summary>Base pages in the list.</summary>
    public long Pages { get; private set; }

    /// <summary>Base pages not yet taken.</summary>
    public long PagesLeft { get; private set; }

    /// <summary>Makes it an empty list for a node.</summary>
    public void Reset(int node, int place, bool isPromotion, int upperTier = 0)
    {
        (Node, Place, IsPromotion, UpperTier) = (node, place, isPromotion, upperTier);
        PagesMoved = 0;
        _count = 0;
        _cursor = 0;
        Pages = 0;
        PagesLeft = 0;
    }

    /// <summary>Adds a base page or a huge page.</summary>
    public void Add(ulong address, bool isHuge)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(FirstEntries, _entries.Length * 2));
        }

        _entries[_count++] = address | (isHuge ? HugeFlag : 0);
        Pages += isHuge ? Chunk.Pages : 1;
        PagesLeft += isHuge ? Chunk.Pages : 1;
    }

    /// <summary>
    /// Takes pages off the front, up to <paramref name="pages"/> base pages but always at least one entry, and until the spans
    /// are full. Returns the entries taken.
    /// </summary>
    public int Take(long pages, Span<ulong> addresses, Span<bool> huge)
    {
        int taken = 0;
        while (_cursor < _count && taken < addresses.Length)
        {
            bool isHuge = (_entries[_cursor] & HugeFlag) != 0;
            int weight = isHuge ? Chunk.Pages : 1;
            if (weight > pages && taken > 0)
            {
                break;
            }

            addresses[taken] = _entries[_cursor++] & ~HugeFlag;
            huge[taken++] = isHuge;
            pages -= weight;
            PagesLeft -= weight;
            if (pages <= 0)
            {
                break;
            }
        }

        return taken;
    }

    /// <summary>
    /// Drops pages off the end until at most <paramref name="pages"/> base pages are left, and returns how many it dropped.
    /// </summary>
    public long Keep(long pages)
    {
        long before = PagesLeft;
        while (_cursor < _count && PagesLeft > pages)
        {
            PagesLeft -= (_entries[--_count] & HugeFlag) != 0 ? Chunk.Pages : 1;
        }

        return before - PagesLeft;
    }

    /// <summary>Gives back storage that is far more than the list needs, or all that is worth it when it is not in use.</summary>
    public void Trim(bool inUse)
    {
        if (!inUse)
        {
            Abandon();
            _count = _cursor = 0;
        }

        int used = _count;
        if (_entries.Length > KeptEntries && _entries.Length / KeptTimes > used)
        {
            Array.Resize(ref _entries, Math.Max(used, FirstEntries));
        }
    }

    /// <summary>Gives back all storage of a list that holds nothing any more: it is not expected to be needed soon.</summary>
    public void Release()
    {
        if (PagesLeft == 0)
        {
            _entries = [];
            _count = _cursor = 0;
        }
    }

    /// <summary>Drops what is left.</summary>
    public void Abandon()
    {
        _cursor = _count;
        PagesLeft = 0;
    }
}
