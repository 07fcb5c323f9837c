using Terrace.Core.Machine;

namespace Terrace.Core.Layout;

/// <summary>
/// Which node, and which place, every page frame is on. Immutable: a changed layout is a new map. Lookup is a binary search over
/// runs of frames; frames in no run (holes, device memory) belong to no node.
/// </summary>
public sealed class FrameMap
{
    private readonly FrameRange[] _ranges;
    private readonly PlaceRange[] _places;

    /// <summary>Builds the map. Runs may come in any order; touching runs of one node are merged.</summary>
    /// <exception cref="ArgumentException">Two runs overlap, or one is empty or backwards.</exception>
    public FrameMap(IEnumerable<FrameRange> ranges, PlaceMap places)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(places);
        List<FrameRange> merged = [];
        foreach (FrameRange range in ranges.OrderBy(range => range.Start))
        {
            if (range.Start >= range.End)
            {
                throw new ArgumentException($"frame range {range.Start:x}-{range.End:x} of node {range.Node} is empty", nameof(ranges));
            }

            if (merged.Count > 0 && merged[^1] is var last && last.End >= range.Start)
            {
                if (last.End > range.Start)
                {
                    throw new ArgumentException($"frames {range.Start:x}-{range.End:x} of node {range.Node} are also in a run of node {last.Node}", nameof(ranges));
                }

                if (last.Node == range.Node)
                {
                    merged[^1] = last with { End = range.End };
                    continue;
                }
            }

            merged.Add(range);
        }

        _ranges = [.. merged];
        _places = [.. MergePlaces(merged, places)];
        foreach (FrameRange range in merged)
        {
            Frames += (long)(range.End - range.Start);
        }
    }

    /// <summary>A map without frames.</summary>
    public static FrameMap Empty { get; } = new([], new PlaceMap(new Topology([])));

    /// <summary>Frames on any node.</summary>
    public long Frames { get; }

    /// <summary>One past the highest frame on any node.</summary>
    public ulong End => _ranges.Length == 0 ? 0 : _ranges[^1].End;

    /// <summary>The runs, ascending, merged by node.</summary>
    public ReadOnlySpan<FrameRange> Ranges => _ranges;

    /// <summary>The runs, ascending, merged by place; frames of nodes without a place are in none.</summary>
    public ReadOnlySpan<PlaceRange> PlaceRanges => _places;

    /// <summary>The node of a frame, or -1.</summary>
    public int NodeOf(ulong frame)
    {
        int low = 0;
        int high = _ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (frame >= _ranges[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Length && frame >= _ranges[low].Start ? _ranges[low].Node : -1;
    }

    /// <summary>The place of a frame, or -1.</summary>
    public int PlaceOf(ulong frame)
    {
        int low = 0;
        int high = _places.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (frame >= _places[middle].End)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _places.Length && frame >= _places[low].Start ? _places[low].Place : -1;
    }

    private static List<PlaceRange> MergePlaces(List<FrameRange> ranges, PlaceMap places)
    {
        List<PlaceRange> merged = [];
        foreach (FrameRange range in ranges)
        {
            int place = places.PlaceOf(range.Node);
            if (place < 0)
            {
                continue;
            }

            if (merged.Count > 0 && merged[^1].End == range.Start && merged[^1].Place == place)
            {
                merged[^1] = merged[^1] with { End = range.End };
            }
            else
            {
                merged.Add(new PlaceRange(range.Start, range.End, place));
            }
        }

        return merged;
    }
}
