using Terrace.Core.Machine;

namespace Terrace.Core.Placement;

/// <summary>The moves of one round, a list for each direction and route. Lists are reused from round to round.</summary>
public sealed class MovePlan
{
    private readonly List<MoveList> _lists = [];
    private readonly long[] _netOff = new long[PlaceMap.MaxPlaces];

    /// <summary>The machine's places when it was made; null for a plan that holds whatever they are.</summary>
    internal PlaceMap? Places { get; set; }

    /// <summary>Lists in use.</summary>
    public int Count { get; private set; }

    /// <summary>A list by index, 0 to <see cref="Count"/> - 1.</summary>
    public MoveList this[int index] => _lists[index];

    /// <summary>Base pages in all lists.</summary>
    public long PagesLeft => Left(promotions: true) + Left(promotions: false);

    /// <summary>Empties the plan.</summary>
    public void Clear()
    {
        Count = 0;
        Array.Clear(_netOff);
    }

    /// <summary>Gives back storage that a much larger plan before this one needed: eight bytes for each page that it moved.</summary>
    public void Trim()
    {
        for (int i = 0; i < _lists.Count; i++)
        {
            _lists[i].Trim(inUse: i < Count);
        }
    }

    /// <summary>Gives back all storage of lists that are done with: no plan is expected soon.</summary>
    public void Release()
    {
        for (int i = 0; i < _lists.Count; i++)
        {
            _lists[i].Release();
        }
    }

    /// <summary>The list for a route in one direction.</summary>
    public MoveList ListFor(MoveRoute route, bool isPromotion)
    {
        ArgumentNullException.ThrowIfNull(route);
        for (int i = 0; i < Count; i++)
        {
            if (_lists[i].IsPromotion == isPromotion && _lists[i].Route.IsSameAs(route))
            {
                return _lists[i];
            }
        }

        if (Count == _lists.Count)
        {
            _lists.Add(new MoveList());
        }

        MoveList list = _lists[Count++];
        list.Reset(route, isPromotion);
        return list;
    }

    /// <summary>Base pages that moved off a place less those that moved to it.</summary>
    internal long NetMovedOff(int place) => _netOff[place];

    /// <summary>Notes pages that moved from one place to another; -1 where a place is not known.</summary>
    internal void NoteMoved(int from, int to, long pages)
    {
        if (from >= 0)
        {
            _netOff[from] += pages;
        }

        if (to >= 0)
        {
            _netOff[to] -= pages;
        }
    }

    /// <summary>Base pages that moved down across a boundary less those that moved up.</summary>
    public long NetMovedDown(int upperTier)
    {
        long pages = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_lists[i].UpperTier == upperTier)
            {
                pages += _lists[i].IsPromotion ? -_lists[i].PagesMoved : _lists[i].PagesMoved;
            }
        }

        return pages;
    }

    /// <summary>
    /// Keeps a part, 0 to 1, of what is left of each list, and returns how many base pages it dropped: at a lower rate the whole
    /// would be carried out on stale facts.
    /// </summary>
    public long Shrink(double part)
    {
        long dropped = 0;
        for (int i = 0; i < Count && part < 1; i++)
        {
            dropped += _lists[i].Keep((long)Math.Ceiling(_lists[i].PagesLeft * part));
        }

        return dropped;
    }

    /// <summary>Base pages that were dropped because no node had room for them.</summary>
    public long PagesWithoutRoom
    {
        get
        {
            long pages = 0;
            for (int i = 0; i < Count; i++)
            {
                pages += _lists[i].PagesWithoutRoom;
            }

            return pages;
        }
    }

    /// <summary>Drops all that is left because no node has room for it.</summary>
    internal void AbandonForWantOfRoom()
    {
        for (int i = 0; i < Count; i++)
        {
            _lists[i].AbandonForWantOfRoom();
        }
    }

    /// <summary>Base pages planned in one direction.</summary>
    public long Pages(bool promotions)
    {
        long pages = 0;
        for (int i = 0; i < Count; i++)
        {
            pages += _lists[i].IsPromotion == promotions ? _lists[i].Pages : 0;
        }

        return pages;
    }

    /// <summary>Base pages not yet moved in one direction.</summary>
    public long Left(bool promotions)
    {
        long pages = 0;
        for (int i = 0; i < Count; i++)
        {
            pages += _lists[i].IsPromotion == promotions ? _lists[i].PagesLeft : 0;
        }

        return pages;
    }
}
