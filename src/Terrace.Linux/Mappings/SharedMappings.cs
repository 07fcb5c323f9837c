using System.Numerics;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The shared mappings (MAP_SHARED) of one process. Between its tracker and its heat map it takes out pages that count as another
/// managed process's, so that each
/// is counted and moved once, and adds to its own what the others' last scans saw accessed. What the process itself maps several times
/// over counts once, too: each time is a view of its own (<see cref="FileUse"/>).
/// </summary>
internal sealed class SharedMappings(SharedFiles files) : IScanSink, IDisposable
{
    /// <summary>A process that maps the same pages more often than this is not followed further: those mappings are left out.</summary>
    private const int MostViews = 64;

    private readonly Dictionary<FileIdentity, List<FileUse>> _views = [];
    private readonly List<(AddressRange Range, long FirstPage, FileUse? Use)> _mappings = [];
    private readonly List<FileIdentity> _unmapped = [];
    private IScanSink _inner = DiscardingSink.Instance;
    private ChunkFacts _facts;
    private long _reading;
    private ulong _unfollowed;
    private int _next;

    /// <summary>
    /// Bytes of mappings that the last reading left out because the same pages are mapped very often: accesses through them are not seen.
    /// </summary>
    public long UnfollowedBytes { get; private set; }

    /// <summary>Starts to read the process's mappings again.</summary>
    public void BeginReading()
    {
        _reading++;
        _unfollowed = 0;
        _mappings.Clear();
    }

    /// <summary>Adds a shared mapping, or a part of one; they come in ascending order.</summary>
    /// <param name="range">Its addresses.</param>
    /// <param name="file">What it maps.</param>
    /// <param name="offset">Where in the file it begins, bytes.</param>
    public void Add(AddressRange range, FileIdentity file, ulong offset)
    {
        if (!_views.TryGetValue(file, out List<FileUse>? views))
        {
            _views.Add(file, views = []);
        }

        long first = (long)(offset >> Chunk.PageShift);
        FileUse? view = ViewFor(views, file, first, first + (long)((range.End - range.Start) >> Chunk.PageShift));
        _unfollowed += view is null ? range.End - range.Start : 0;
        _mappings.Add((range, first, view));
    }

    /// <summary>Ends the reading: files that are mapped no more are let go.</summary>
    public void EndReading()
    {
        UnfollowedBytes = (long)_unfollowed;
        foreach ((FileIdentity file, List<FileUse> views) in _views)
        {
            for (int i = views.Count - 1; i >= 0; i--)
            {
                if (views[i].Reading != _reading)
                {
                    files.Leave(views[i]);
                    views.RemoveAt(i);
                }
            }

            if (views.Count == 0)
            {
                _unmapped.Add(file);
            }
        }

        foreach (FileIdentity file in _unmapped)
        {
            _views.Remove(file);
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
        foreach (List<FileUse> views in _views.Values)
        {
            foreach (FileUse view in views)
            {
                view.BeginScan();
            }
        }

        return this;
    }

    /// <summary>Ends a scan that saw all that is mapped.</summary>
    public void EndScan()
    {
        if (_mappings.Count == 0)
        {
            return;
        }

        foreach (List<FileUse> views in _views.Values)
        {
            foreach (FileUse view in views)
            {
                view.EndScan();
            }
        }
    }

    /// <summary>True when other processes have accessed pages since the last scan that may count as this one's.</summary>
    public bool IsUsedByOthers
    {
        get
        {
            foreach (List<FileUse> views in _views.Values)
            {
                foreach (FileUse view in views)
                {
                    if (view.IsUsedByOthers)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    /// <inheritdoc/>
    /// <remarks>It is not asked about chunks that have any shared mapping (<see cref="OwnChunks"/>).</remarks>
    public bool Wants(ulong chunk) => _inner.Wants(chunk);

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
        foreach (FileUse view in _views.Values.SelectMany(views => views))
        {
            files.Leave(view);
        }

        _views.Clear();
    }

    /// <summary>The first view that has none of these pages of the file yet; null when there are too many.</summary>
    private FileUse? ViewFor(List<FileUse> views, FileIdentity file, long first, long end)
    {
        foreach (FileUse view in views)
        {
            if (view.TryClaim(_reading, first, end))
            {
                return view;
            }
        }

        if (views.Count == MostViews)
        {
            return null;
        }

        FileUse added = files.Join(file);
        views.Add(added);
        _ = added.TryClaim(_reading, first, end);
        return added;
    }

    private void Apply(ulong start, in (AddressRange Range, long FirstPage, FileUse? Use) mapping)
    {
        BitPlane coverage = AddressRange.CoverageOf(start, new ReadOnlySpan<AddressRange>(in mapping.Range));
        ReadOnlySpan<ulong> covered = coverage.AsWords();
        long pageOfWord0 = mapping.FirstPage + ((long)start - (long)mapping.Range.Start >> Chunk.PageShift);

        // A huge page is one process's as a whole.
        bool mayOwn = !_facts.IsHuge || (mapping.Use is { } whole && !IsOthersInPart(whole, pageOfWord0, covered));
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
            (ulong own, ulong seen) = mapping.Use?.Take(
                pageOfWord0 + (word << 6) + skip, mask >> skip, present[word] >> skip, accessed[word] >> skip, mayOwn) ?? (0, 0);
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
