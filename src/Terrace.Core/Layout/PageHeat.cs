namespace Terrace.Core.Layout;

/// <summary>How many scans saw each page of some memory accessed: a byte a page.</summary>
public sealed class PageHeat
{
    /// <summary>The most that is counted.</summary>
    public const int Most = byte.MaxValue;

    private readonly PageSpan[] _memory;
    private readonly byte[][] _counts;
    private int _last;

    /// <summary>Makes it for memory in some spans, ascending, of which no page was seen accessed yet. Not thread-safe.</summary>
    public PageHeat(IEnumerable<PageSpan> memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        _memory = [.. memory];
        _counts = [.. _memory.Select(span => new byte[span.Pages])];
    }

    /// <summary>
    /// Counts <paramref name="scans"/> more scans that saw a page accessed, up to <see cref="Most"/>; a page outside the memory
    /// is passed over.
    /// </summary>
    public void Add(ulong page, int scans)
    {
        int span = SpanOf(page);
        if (span >= 0)
        {
            ref byte count = ref _counts[span][page - _memory[span].Start];
            count = (byte)Math.Min(count + scans, Most);
        }
    }

    /// <summary>Scans that saw a page accessed; 0 outside the memory.</summary>
    public int Of(ulong page)
    {
        int span = SpanOf(page);
        return span < 0 ? 0 : _counts[span][page - _memory[span].Start];
    }

    // Neighbours are mostly asked for one after the other.
    private int SpanOf(ulong page)
    {
        for (int i = 0; i < _memory.Length; i++)
        {
            int span = (_last + i) % _memory.Length;
            if (_memory[span].Start <= page && page < _memory[span].End)
            {
                return _last = span;
            }
        }

        return -1;
    }
}
