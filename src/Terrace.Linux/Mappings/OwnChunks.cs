using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// Asks about those chunks only that one range of the process's own memory covers. All others are looked at in every scan: what is of
/// files or shared is cleared otherwise, and others may access it.
/// </summary>
internal sealed class OwnChunks : IScanSink
{
    private AddressRange[] _ranges = [];
    private int _count;
    private int _next;
    private IScanSink _inner = DiscardingSink.Instance;

    /// <summary>
    /// Begins a scan whose chunks are passed on to <paramref name="inner"/> unchanged; <paramref name="own"/> is ascending and apart.
    /// </summary>
    public IScanSink Before(IScanSink inner, AddressRange[] own, int count)
    {
        (_inner, _ranges, _count, _next) = (inner, own, count, 0);
        return this;
    }

    /// <inheritdoc/>
    public bool Wants(ulong chunk)
    {
        ulong start = chunk << Chunk.Shift;
        while (_next < _count && _ranges[_next].End <= start)
        {
            _next++;
        }

        bool isOwn = _next < _count && _ranges[_next].Start <= start && _ranges[_next].End >= start + Chunk.Bytes;
        return !isOwn || _inner.Wants(chunk);
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts) => _inner.Record(chunk, in facts);
}
