using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The shared mappings (MAP_SHARED) of one process. Between its tracker and its heat map it takes out pages that count as another
/// managed process's, so that each
/// is counted and moved once, and adds to its own what the others' last scans saw accessed.
/// </summary>
internal sealed class SharedMappings(SharedFiles files) : IScanSink, IDisposable
{
    private readonly Dictionary<FileIdentity, FileUse> _uses = [];
    private readonly List<(AddressRange Range, long FirstPage, FileUse Use)> _mappings = [];
    private readonly List<FileIdentity> _unmapped = [];
    private IScanSink _inner = DiscardingSink.Instance;
    private ChunkFacts _facts;
    private long _reading;
    private int _next;

    /// <summary>Starts to read the process's mappings again.</summary>
    public void BeginReading()
    {
        _reading++;
        _mappings.Clear();
    }

    /// <summary>Adds a shared mapping, or a part of one; they come in ascending order.</summary>
    /// <param name="range">Its addresses.</param>
    /// <param name="file">What it maps.</param>
    /// <param name="offset">Where in the file it begins, bytes.</param>
    public void Add(AddressRange range, FileIdentity file, ulong offset)
    {
        if (!_uses.TryGetValue(file, out FileUse? use))
        {
            use = files.Join(file);
            _uses.Add(file, use);
        }

        use.Reading = _reading;
        _mappings.Add((range, (long)(offset >> Chunk.PageShift), use));
    }

    /// <summary>Ends the reading: files that are mapped no more are let go.</summary>
    public void EndReading()
    {
        foreach ((FileIdentity file, FileUse use) in _uses)
        {
            if (use.Reading != _reading)
            {
                _unmapped.Add(file);
            }
        }

        foreach (FileIdentity file in _unmapped)
        {
            files.Leave(_uses[file]);
            _uses.Remove(file);
        }

        _unmapped.Clear();
    }

    /// <summary>
    /// Begins a scan whose chunks are passed on to <paramref name="inner"/>, which is given back when there are no shared mappings.
    /// </summary>
    public IScanSink Before(IScanSink inner)
    {
        if (_mappings.Count == 0)
        {
            return inner;
        }

        _inner = inner;
        _next = 0;
        foreach (FileUse use in _uses.Values)
        {
            use.BeginScan();
        }

        return this;
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ulong start = chunk << Chunk.Shift;
        while (_next < _mappings.Count && _mappings[_next].Range.End <= start)
        {
            _next++;
        }

        if (_next == _mappings.Count || _mappings[_next].Range.Start >= start + Chunk.Bytes)
        {
            _inner.Record(chunk, in facts);
            return;
        }

        _facts = facts;
        for (int i = _next; i < _mappings.Count && _mappings[i].Range.Start < start + Chunk.Bytes; i++)
        {
            Apply(start, CollectionsMarshal.AsSpan(_mappings)[i]);
        }

        if (_facts.Present.AsWords().ContainsAnyExcept(0UL))
        {
            _inner.Record(chunk, in _facts);
        }
    }

    /// <summary>Lets all files go.</summary>
    public void Dispose()
    {
        _mappings.Clear();
        foreach (FileUse use in _uses.Values)
        {
            files.Leave(use);
        }

        _uses.Clear();
    }

    private void Apply(ulong start, in (AddressRange Range, long FirstPage, FileUse Use) mapping)
    {
        BitPlane coverage = AddressRange.CoverageOf(start, new ReadOnlySpan<AddressRange>(in mapping.Range));
        ReadOnlySpan<ulong> covered = coverage.AsWords();
        long pageOfWord0 = mapping.FirstPage + ((long)start - (long)mapping.Range.Start >> Chunk.PageShift);

        // A huge page is one process's as a whole.
        bool mayOwn = !_facts.IsHuge || !IsOthersInPart(mapping.Use, pageOfWord0, covered);
        Span<ulong> present = _facts.Present.AsWords();
        Span<ulong> accessed = _facts.Accessed.AsWords();
        for (int word = 0; word < BitPlane.Words; word++)
        {
            ulong mask = covered[word];
            if (mask == 0)
            {
                continue;
            }

            // The mapping may begin within the word: what lies before it is of no page of the file.
            int skip = BitOperations.TrailingZeroCount(mask);
            (ulong own, ulong seen) = mapping.Use.Take(
                pageOfWord0 + (word << 6) + skip, mask >> skip, present[word] >> skip, accessed[word] >> skip, mayOwn);
            present[word] = (present[word] & ~mask) | (own << skip);
            accessed[word] = (accessed[word] & ~mask) | (seen << skip);
        }

        if (_facts.IsHuge && accessed.ContainsAnyExcept(0UL))
        {
            // The others may map it in base pages, some of which they accessed.
            accessed.Fill(ulong.MaxValue);
        }
    }

    private static bool IsOthersInPart(FileUse use, long pageOfWord0, ReadOnlySpan<ulong> covered)
    {
        for (int word = 0; word < BitPlane.Words; word++)
        {
            int skip = BitOperations.TrailingZeroCount(covered[word]) & 63;
            if (covered[word] != 0 && use.HasOthers(pageOfWord0 + (word << 6) + skip, covered[word] >> skip))
            {
                return true;
            }
        }

        return false;
    }
}
