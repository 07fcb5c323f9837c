using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Terrace.Core.Machine;

/// <summary>
/// One bit for each of the 512 base pages of a chunk: bit <c>i</c> (word <c>i / 64</c>, bit <c>i % 64</c>) is the page at
/// <c>chunk start + i × 4096</c>. 64 bytes: one AVX-512 register.
/// </summary>
[InlineArray(Words)]
public struct BitPlane
{
    /// <summary>64-bit words in a plane.</summary>
    public const int Words = 8;

    private ulong _word0;

    /// <summary>The plane's words, page 0 in the lowest bit of word 0.</summary>
    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    public Span<ulong> AsWords() => MemoryMarshal.CreateSpan(ref _word0, Words);

    /// <summary>Sets every word to <paramref name="word"/>: 0 for none of the pages, <see cref="ulong.MaxValue"/> for all.</summary>
    public void Fill(ulong word) => AsWords().Fill(word);
}
