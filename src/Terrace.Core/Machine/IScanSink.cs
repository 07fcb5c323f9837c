using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Receives what a scan sees: one record for each chunk and area, in ascending order of both; chunks without present pages are
/// skipped.
/// </summary>
public interface IScanSink
{
    /// <summary>
    /// False when the sink keeps what it knows of a chunk, so that it is not to be looked at and not reported. Asked before a chunk is
    /// read, in the order of reports, and only of chunks that are mapped, whose pages are this process's alone, and whose accessed bits
    /// only its clearer clears: what the sink is not asked about it is told.
    /// </summary>
    bool Wants(ulong chunk) => true;

    /// <summary>Takes one chunk's facts; <paramref name="chunk"/> is its number (<see cref="Chunk.Of"/>).</summary>
    void Record(ulong chunk, in ChunkFacts facts);
}
