using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Receives what a scan sees, chunk by chunk, in ascending order, each chunk with a present page at most once a scan for each
/// area that has pages in it, in ascending order too.
/// </summary>
public interface IScanSink
{
    /// <summary>Takes one chunk's facts; <paramref name="chunk"/> is its number (<see cref="Chunk.Of"/>).</summary>
    void Record(ulong chunk, in ChunkFacts facts);
}
