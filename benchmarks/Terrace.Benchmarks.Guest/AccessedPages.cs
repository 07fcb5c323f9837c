using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Benchmarks.Guest;

/// <summary>Takes from a scan which pages of an arena were accessed.</summary>
internal sealed class AccessedPages(ulong arena, int pages) : IScanSink
{
    private readonly bool[] _accessed = new bool[pages];

    public bool this[int page] => _accessed[page];

    public void Clear() => Array.Clear(_accessed);

    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ChunkFacts copy = facts;
        for (int page = 0; page < Chunk.Pages; page++)
        {
            ulong address = Chunk.AddressOf(chunk, page);
            ulong bit = 1UL << (page & 63);
            if (address >= arena && address < arena + ((ulong)_accessed.Length << Chunk.PageShift)
                && (copy.Present.AsWords()[page >> 6] & copy.Accessed.AsWords()[page >> 6] & bit) != 0)
            {
                _accessed[(address - arena) >> Chunk.PageShift] = true;
            }
        }
    }
}
