using Terrace.Core.Machine;

namespace Terrace.Core.Layout;

/// <summary>
/// Which node, and which place, every page frame is on. Immutable: a changed layout is a new map. Frames in no run (holes, device
/// memory) belong to no node. Places are looked up for every page of every scan: by blocks of frames, of which nearly all lie in one run.
/// </summary>
public sealed class FrameMap
{
    private readonly FrameRange[] _ranges;
    // At most this many blocks, so that the table stays in the first- and second-level caches whatever the machine's size.
    private const int MaxBlocks = 1 << 16;
    private const int SmallestBlockShift = 9;
    private const ushort NoRun = ushort.MaxValue;
    private const ushort SeveralRuns = ushort.MaxValue - 1;
    private static readonly PlaceRange _noPlace = new(0, 0, -1);

    private readonly PlaceRange[] _places;
    private readonly ushort[] _runOfBlock;
    private readonly int _blockShift;

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
                    throw new ArgumentException(
                        $"frames {range.Start:x}-{range.End:x} of node {range.Node} are also in a run of node {last.Node}", nameof(ranges));
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
        _blockShift = SmallestBlockShift;
        while (End >> _blockShift >= MaxBlocks)
        {
            _blockShift++;
        }

        _runOfBlock = RunsOfBlocks(_places, _blockShift);
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
        int hint = -1;
        return NodeOf(frame, ref hint);
    }

    /// <summary>
    /// The node of a frame, or -1. <paramref name="hint"/> is kept between calls (at first -1): neighbours in memory are mostly
    /// in one run.
    /// </summary>
    public int NodeOf(ulong frame, ref int hint)
    {
        if ((uint)hint < (uint)_ranges.Length && frame - _ranges[hint].Start < _ranges[hint].End - _ranges[hint].Start)
        {
            return _ranges[hint].Node;
        }

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

        hint = low;
        return low < _ranges.Length && frame >= _ranges[low].Start ? _ranges[low].Node : -1;
    }

    /// <summary>The place of a frame, or -1.</summary>
    public int PlaceOf(ulong frame) => RunOf(frame).Place;

    /// <summary>The run of one place that a frame is in; an empty one of place -1 when it is in none.</summary>
    public ref readonly PlaceRange RunOf(ulong frame)
    {
        ulong block = frame >> _blockShift;
        ushort run = block < (ulong)_runOfBlock.Length ? _runOfBlock[block] : NoRun;
        if (run == SeveralRuns)
        {
            return ref Search(frame);
        }

        if (run != NoRun)
        {
            ref readonly PlaceRange range = ref _places[run];
            if (frame - range.Start < range.End - range.Start)
            {
                return ref range;
            }
        }

        return ref _noPlace;
    }

    private ref readonly PlaceRange Search(ulong frame)
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

        if (low < _places.Length && frame >= _places[low].Start)
        {
            return ref _places[low];
        }

        return ref _noPlace;
    }

    private static ushort[] RunsOfBlocks(PlaceRange[] runs, int blockShift)
    {
        ushort[] blocks = new ushort[runs.Length == 0 ? 0 : ((runs[^1].End - 1) >> blockShift) + 1];
        blocks.AsSpan().Fill(NoRun);
        for (int i = 0; i < runs.Length; i++)
        {
            for (ulong block = runs[i].Start >> blockShift; block <= (runs[i].End - 1) >> blockShift; block++)
            {
                blocks[block] = blocks[block] == NoRun && i < SeveralRuns ? (ushort)i : SeveralRuns;
            }
        }

        return blocks;
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
