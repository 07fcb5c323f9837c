using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Core.Placement;

/// <summary>
/// Pages that go the same way, in address order, and the nodes that may take them. Storage is reused from plan to plan.
/// </summary>
public sealed class MoveList
{
    /// <summary>An entry is an address and, in the bits that it does not use, how many other pages move with its own.</summary>
    private const ulong OthersMask = Chunk.PageBytes - 1;

    private const int FirstEntries = 256;

    /// <summary>Room for this many pages is always kept; beyond that, at most this many times what was used last.</summary>
    private const int KeptEntries = 4096;
    private const int KeptTimes = 8;

    private ulong[] _entries = new ulong[FirstEntries];
    private int _count;
    private int _cursor;

    // A bit for each node of the route that refused pages for want of memory.
    private ulong _refused;

    /// <summary>The nodes that may take them, the preferred one first.</summary>
    public MoveRoute Route { get; } = new();

    /// <summary>True when they come from a lower tier.</summary>
    public bool IsPromotion { get; private set; }

    /// <summary>The upper tier of the boundary they cross.</summary>
    public int UpperTier => Route.UpperTier;

    /// <summary>Base pages that were dropped because no node had room.</summary>
    public long PagesWithoutRoom { get; private set; }

    /// <summary>Base pages that arrived.</summary>
    public long PagesMoved { get; internal set; }

    /// <summary>Pages that it has room for.</summary>
    internal int Capacity => _entries.Length;

    /// <summary>Entries, taken or not.</summary>
    internal int Count => _count;

    /// <summary>An entry, 0 to <see cref="Count"/> - 1.</summary>
    internal (ulong Address, int Pages) this[int entry] => (_entries[entry] & ~OthersMask, PagesOf(_entries[entry]));

    /// <summary>Base pages in the list.</summary>
    public long Pages { get; private set; }

    /// <summary>Base pages not yet taken.</summary>
    public long PagesLeft { get; private set; }

    /// <summary>Makes it an empty list for a route.</summary>
    public void Reset(MoveRoute route, bool isPromotion)
    {
        ArgumentNullException.ThrowIfNull(route);
        Route.CopyFrom(route);
        IsPromotion = isPromotion;
        _refused = 0;
        PagesMoved = 0;
        PagesWithoutRoom = 0;
        _count = 0;
        _cursor = 0;
        Pages = 0;
        PagesLeft = 0;
    }

    /// <summary>Adds a base page or a huge page.</summary>
    public void Add(ulong address, bool isHuge) => Add(address, isHuge ? Chunk.Pages : 1);

    /// <summary>Adds what moves as one: a page, a folio of which that many pages follow one another, or a huge page.</summary>
    public void Add(ulong address, int pages)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(FirstEntries, _entries.Length * 2));
        }

        _entries[_count++] = address | (uint)(pages - 1);
        Pages += pages;
        PagesLeft += pages;
    }

    /// <summary>
    /// Takes pages off the front, up to <paramref name="pages"/> base pages but always at least one entry, and until the spans
    /// are full. Returns the entries taken; <paramref name="counts"/> says how many base pages each is.
    /// </summary>
    public int Take(long pages, Span<ulong> addresses, Span<ushort> counts)
    {
        int taken = 0;
        while (_cursor < _count && taken < addresses.Length)
        {
            int weight = PagesOf(_entries[_cursor]);
            if (weight > pages && taken > 0)
            {
                break;
            }

            addresses[taken] = _entries[_cursor++] & ~OthersMask;
            counts[taken++] = (ushort)weight;
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
    /// Puts back to the front the taken pages that a node refused for want of memory, so that another may take them. To be called
    /// before anything else is taken.
    /// </summary>
    internal void GiveBack(ReadOnlySpan<ulong> addresses, ReadOnlySpan<ushort> counts, ReadOnlySpan<MoveResult> results)
    {
        for (int i = addresses.Length - 1; i >= 0; i--)
        {
            if (results[i] == MoveResult.NoMemory)
            {
                _entries[--_cursor] = addresses[i] | (uint)(counts[i] - 1);
                PagesLeft += counts[i];
            }
        }
    }

    /// <summary>True when a node of the route, by its position there, has refused pages of this list.</summary>
    internal bool HasRefused(int position) => (_refused & (1UL << position)) != 0;

    /// <summary>Notes that a node refused pages; false when no other node is left that has not.</summary>
    internal bool NoteRefusal(int position)
    {
        _refused |= 1UL << position;
        return BitOperations.PopCount(_refused) < Route.Nodes.Length;
    }

    /// <summary>Drops what is left because no node has room for it.</summary>
    internal void AbandonForWantOfRoom()
    {
        PagesWithoutRoom += PagesLeft;
        Abandon();
    }

    /// <summary>
    /// Drops pages off the end until at most <paramref name="pages"/> base pages are left, and returns how many it dropped.
    /// </summary>
    public long Keep(long pages)
    {
        long before = PagesLeft;
        while (_cursor < _count && PagesLeft > pages)
        {
            PagesLeft -= PagesOf(_entries[--_count]);
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

    private static int PagesOf(ulong entry) => (int)(entry & OthersMask) + 1;
}
