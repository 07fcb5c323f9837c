namespace Terrace.Reports.Pictures;

/// <summary>
/// What the ranges of one process are called. Ranges that are gone keep their names until others lie where they were.
/// </summary>
internal sealed class RangeNames
{
    private const int Most = 65536;

    private List<NamedRange> _ranges = [];

    /// <summary>Takes what is mapped now, in order of address.</summary>
    public void Update(IReadOnlyList<NamedRange> mapped)
    {
        List<NamedRange> all = [];
        int next = 0;
        foreach (NamedRange old in _ranges)
        {
            while (next < mapped.Count && mapped[next].End <= old.Start)
            {
                all.Add(mapped[next++]);
            }

            if (next == mapped.Count || mapped[next].Start >= old.End)
            {
                all.Add(old);
            }
        }

        for (; next < mapped.Count; next++)
        {
            all.Add(mapped[next]);
        }

        _ranges = all.Count <= Most ? all : [.. mapped];
    }

    /// <summary>The name of most of the bytes from one address to another; empty when there is none.</summary>
    public string Of(ulong start, ulong end)
    {
        int low = 0;
        int high = _ranges.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _ranges[middle].End <= start ? (middle + 1, high) : (low, middle);
        }

        string name = "";
        ulong most = 0;
        for (int i = low; i < _ranges.Count && _ranges[i].Start < end; i++)
        {
            ulong common = Math.Min(_ranges[i].End, end) - Math.Max(_ranges[i].Start, start);
            (name, most) = common > most ? (_ranges[i].Name, common) : (name, most);
        }

        return name;
    }
}
