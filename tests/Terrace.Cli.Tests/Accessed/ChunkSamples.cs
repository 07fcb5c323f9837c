using Terrace.Cli.Accessed;
using Terrace.Core.Machine;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>Chunks as trackers report them, and what writers make of them.</summary>
internal static class ChunkSamples
{
    /// <summary>A huge page.</summary>
    public static ChunkFacts Huge(bool accessed)
    {
        ChunkFacts facts = new() { IsHuge = true };
        facts.Present.Fill(ulong.MaxValue);
        facts.Accessed.Fill(accessed ? ulong.MaxValue : 0);
        return facts;
    }

    /// <summary>
    /// Base pages: <c>a</c> was accessed, <c>i</c> was not, anything else is a hole; each followed by how many of them there are.
    /// </summary>
    public static ChunkFacts Pages(string text)
    {
        ChunkFacts facts = new();
        int page = 0;
        foreach (string part in text.Split(' '))
        {
            for (int left = int.Parse(part.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture); left > 0; left--, page++)
            {
                facts.Present.AsWords()[page / 64] |= part[0] is 'a' or 'i' ? 1UL << (page % 64) : 0;
                // Bits of pages that are not there mean nothing.
                facts.Accessed.AsWords()[page / 64] |= part[0] != 'i' ? 1UL << (page % 64) : 0;
            }
        }

        return facts;
    }

    /// <summary>One scan of some chunks, as a writer writes it, without the time that it covered.</summary>
    public static byte[] Written(
        Func<Stream, IAccessedWriter> make, AddressSelection selection, params (ulong Chunk, ChunkFacts Facts)[] chunks)
    {
        using MemoryStream stream = new();
        AccessedPages pages = new(selection, make(stream));
        pages.Begin(1, TimeSpan.Zero);
        foreach ((ulong chunk, ChunkFacts facts) in chunks)
        {
            pages.Record(chunk, in facts);
        }

        pages.End();
        return stream.ToArray();
    }
}
