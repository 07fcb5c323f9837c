using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Cli.Accessed;

/// <summary>What a scan saw of one chunk, as writers take it. It is filled again for each chunk.</summary>
internal sealed class AccessedChunk
{
    private const int WordPages = 64;

    private BitPlane _present;
    private BitPlane _accessed;
    private BitPlane _idle;
    private bool _wasHuge;

    /// <summary>Its number (<see cref="Chunk.Of"/>).</summary>
    public ulong Number { get; private set; }

    /// <summary>All of it is reported, and is one huge page.</summary>
    public bool IsHuge { get; private set; }

    /// <summary>Pages that were accessed.</summary>
    public ReadOnlySpan<ulong> Accessed => _accessed.AsWords();

    /// <summary>All of its pages are there, and none was accessed.</summary>
    public bool IsIdleThroughout => !_idle.AsWords().ContainsAnyExcept(ulong.MaxValue);

    /// <summary>True when there is nothing to report of it.</summary>
    public bool IsEmpty => !_present.AsWords().ContainsAnyExcept(0UL);

    /// <summary>Begins another chunk, of which nothing is known yet.</summary>
    public void Begin(ulong number)
    {
        Number = number;
        IsHuge = _wasHuge = false;
        _present.Fill(0);
        _accessed.Fill(0);
    }

    /// <summary>Adds what was seen of some of its pages, or of all.</summary>
    public void Add(in ChunkFacts facts)
    {
        Span<ulong> present = _present.AsWords();
        Span<ulong> accessed = _accessed.AsWords();
        for (int word = 0; word < BitPlane.Words; word++)
        {
            present[word] |= facts.Present[word];
            accessed[word] |= facts.Present[word] & facts.Accessed[word];
        }

        _wasHuge = facts.IsHuge;
    }

    /// <summary>Ends it: what is not among <paramref name="reported"/> is left out. Returns what is in it then.</summary>
    public AccessedTally End(BitPlane reported)
    {
        Span<ulong> present = _present.AsWords();
        Span<ulong> accessed = _accessed.AsWords();
        Span<ulong> idle = _idle.AsWords();
        int there = 0;
        int used = 0;
        int asked = 0;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong pages = reported[word];
            present[word] &= pages;
            accessed[word] &= pages;
            idle[word] = present[word] & ~accessed[word];
            asked += BitOperations.PopCount(pages);
            there += BitOperations.PopCount(present[word]);
            used += BitOperations.PopCount(accessed[word]);
        }

        IsHuge = _wasHuge && there == Chunk.Pages;
        return there == 0 ? default : new AccessedTally(used, there - used, asked - there, _wasHuge ? there : 0);
    }

    /// <summary>The first pages from a page on that are there and alike: accessed, or idle. False when there are none.</summary>
    public bool TryAlike(int from, out PageRun run)
    {
        int start = FolioRuns.Next(_present.AsWords(), from);
        bool isAccessed = start < Chunk.Pages && ((_accessed[start / WordPages] >> (start % WordPages)) & 1) != 0;
        run = new PageRun(start, EndOf(isAccessed ? _accessed.AsWords() : _idle.AsWords(), start), isAccessed);
        return start < Chunk.Pages;
    }

    /// <summary>The first neighbouring pages from a page on that are there. False when there are none.</summary>
    public bool TryPresent(int from, out PageRun run)
    {
        int start = FolioRuns.Next(_present.AsWords(), from);
        run = new PageRun(start, EndOf(_present.AsWords(), start), IsAccessed: false);
        return start < Chunk.Pages;
    }

    // The first page that is not in a plane.
    private static int EndOf(ReadOnlySpan<ulong> pages, int from)
    {
        int at = from;
        while (at < Chunk.Pages)
        {
            ulong gaps = ~pages[at / WordPages] >> (at % WordPages);
            if (gaps != 0)
            {
                return at + BitOperations.TrailingZeroCount(gaps);
            }

            at = ((at / WordPages) + 1) * WordPages;
        }

        return Chunk.Pages;
    }
}
