using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Receives what a scan sees: one record for each chunk and area, in ascending order of both; chunks without present pages are
/// skipped.
/// </summary>
public interface IScanSink
{
    /// <summary>Takes one chunk's facts; <paramref name="chunk"/> is its number (<see cref="Chunk.Of"/>).</summary>
    void Record(ulong chunk, in ChunkFacts facts);
}
