namespace Terrace.Core.Tests.Tracking;

/// <summary>The heat map as a plain dictionary from page address to counters: slow and obvious.</summary>
internal sealed class HeatOracle
{
    private readonly HashSet<ulong> _seen = [];
    private bool _firstScan = true;

    public Dictionary<ulong, PageHeat> Pages { get; } = [];

    public void BeginRound() => _firstScan = true;

    public void Record(ulong address, bool accessed, int place)
    {
        _seen.Add(address);
        PageHeat page = Pages.GetValueOrDefault(address, new PageHeat(0, 0, 0, 0));
        int count = Math.Min(15, (_firstScan ? 0 : page.Count) + (accessed ? 1 : 0));
        Pages[address] = page with { Count = count, Place = place };
    }

    public void EndScan()
    {
        foreach (ulong gone in Pages.Keys.Where(address => !_seen.Contains(address)).ToList())
        {
            Pages.Remove(gone);
        }

        _seen.Clear();
        _firstScan = false;
    }

    public void EndRound()
    {
        foreach ((ulong address, PageHeat page) in Pages.ToList())
        {
            Pages[address] = page with { Heat = (page.Heat / 2) + page.Count, Rest = Math.Max(0, page.Rest - 1) };
        }
    }

    /// <summary>Places lose the bits that a map with fewer does not have.</summary>
    public void KeepPlaceBits(int bits)
    {
        foreach ((ulong address, PageHeat page) in Pages.ToList())
        {
            Pages[address] = page with { Place = page.Place & ((1 << bits) - 1) };
        }
    }

    public void NoteMoved(ulong address, int place) => Pages[address] = Pages[address] with { Place = place, Rest = 3 };
}

internal sealed record PageHeat(int Count, int Heat, int Rest, int Place);
