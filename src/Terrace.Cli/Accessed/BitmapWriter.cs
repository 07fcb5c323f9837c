using Terrace.Core.Units;

namespace Terrace.Cli.Accessed;

/// <summary>
/// Writes scans as bitmaps. All numbers have their lowest byte first, and all begin at a multiple of 4 bytes. The format, which
/// docs/accessed-bits.md describes for readers:
/// <code>
/// stream  = scan*
/// scan    = header range* end
/// header  = the 8 bytes TERRBITS; u32 version (1); u32 number of the scan, from 1; u64 nanoseconds from the clear to the read
/// range   = u64 address of the first page; u32 pages, 1 to 512; u32 flags; bits
/// bits    = one for each page, 1 when it was accessed, in words of 8 bytes: page i is bit i % 64 of word i / 64; the rest is 0
/// flags   = 1 when the range is one huge page
/// end     = 16 bytes of 0: a range without pages
/// </code>
/// Ranges ascend and do not cross 2 MiB. What is in no range is not there, or not managed. A scan without an end was broken off, and is
/// void. Readers ignore flags that they do not know.
/// </summary>
internal sealed class BitmapWriter(Stream output) : IAccessedWriter
{
    private const uint Version = 1;
    private const uint HugePage = 1;
    private const int WordPages = 64;

    private readonly OutputBuffer _buffer = new(output);

    /// <inheritdoc/>
    public void BeginScan(int scan, TimeSpan covered)
    {
        _buffer.Add("TERRBITS"u8);
        _buffer.AddLittleEndian(Version);
        _buffer.AddLittleEndian((uint)scan);
        _buffer.AddLittleEndian((ulong)covered.Ticks * TimeSpan.NanosecondsPerTick);
    }

    /// <inheritdoc/>
    public void Write(AccessedChunk chunk)
    {
        for (int page = 0; chunk.TryPresent(page, out PageRun run); page = run.End)
        {
            _buffer.AddLittleEndian(Chunk.AddressOf(chunk.Number, run.Start));
            _buffer.AddLittleEndian((uint)run.Pages);
            _buffer.AddLittleEndian(chunk.IsHuge ? HugePage : 0u);
            for (int at = run.Start; at < run.End; at += WordPages)
            {
                _buffer.AddLittleEndian(Bits(chunk.Accessed, at, Math.Min(WordPages, run.End - at)));
            }
        }
    }

    /// <inheritdoc/>
    public void EndScan()
    {
        _buffer.AddLittleEndian(0UL);
        _buffer.AddLittleEndian(0UL);
        _buffer.Flush();
    }

    private static ulong Bits(ReadOnlySpan<ulong> pages, int from, int count)
    {
        int word = from / WordPages;
        int shift = from % WordPages;
        ulong bits = pages[word] >> shift;
        if (shift > 0 && word + 1 < pages.Length)
        {
            bits |= pages[word + 1] << (WordPages - shift);
        }

        return bits & (ulong.MaxValue >> (WordPages - count));
    }
}
