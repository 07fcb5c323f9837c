using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>What of some ranges is of chosen chunks. Keeps its room, so that choosing again allocates nothing.</summary>
internal sealed class ChosenRanges
{
    private AddressRange[] _ranges = [];
    private int _count;

    /// <summary>The chosen parts, ascending and apart.</summary>
    public ReadOnlySpan<AddressRange> Ranges => _ranges.AsSpan(0, _count);

    /// <summary>Chooses.</summary>
    /// <param name="ranges">Ranges, ascending and apart.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="wholeOnly">Only chunks that one range covers.</param>
    public void Choose(ReadOnlySpan<AddressRange> ranges, IChunkChoice chunks, bool wholeOnly)
    {
        _count = 0;
        foreach (AddressRange range in ranges)
        {
            ulong start = wholeOnly ? (range.Start + Chunk.Bytes - 1) & ~((ulong)Chunk.Bytes - 1) : range.Start;
            ulong end = wholeOnly ? range.End & ~((ulong)Chunk.Bytes - 1) : range.End;
            for (ulong at = start; at < end;)
            {
                if (!chunks.TryNext(Chunk.Of(at), out ulong first, out ulong until))
                {
                    return;
                }

                ulong from = Math.Max(at, first << Chunk.Shift);
                at = until > Chunk.Of(end) ? end : until << Chunk.Shift;
                Add(from, Math.Min(at, end));
            }
        }
    }

    private void Add(ulong start, ulong end)
    {
        if (start >= end)
        {
            return;
        }

        if (_count == _ranges.Length)
        {
            Array.Resize(ref _ranges, Math.Max(64, _count * 2));
        }

        _ranges[_count++] = new AddressRange(start, end);
    }
}
