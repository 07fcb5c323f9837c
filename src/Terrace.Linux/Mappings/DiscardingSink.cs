using Terrace.Core.Machine;

namespace Terrace.Linux.Mappings;

/// <summary>Takes a scan of which only the tracker's own findings matter.</summary>
internal sealed class DiscardingSink : IScanSink
{
    public static DiscardingSink Instance { get; } = new();

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
    }
}
