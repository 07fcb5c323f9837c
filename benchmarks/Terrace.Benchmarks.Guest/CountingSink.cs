using Terrace.Core.Machine;

namespace Terrace.Benchmarks.Guest;

/// <summary>The cheapest sink: it only counts chunks, so that a scan's own cost is measured.</summary>
internal sealed class CountingSink : IScanSink
{
    public long Chunks { get; private set; }

    public void Record(ulong chunk, in ChunkFacts facts) => Chunks++;
}
