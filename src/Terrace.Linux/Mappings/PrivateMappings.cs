using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Files;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The private mappings (MAP_PRIVATE) of one process. After fork(2) the child has the parent's pages until one of them writes, and a
/// move of such a page moves it for both. Between the tracker and the heat map this takes out pages that count as another managed
/// process's of the family, and adds to its own what the others' last scans saw accessed. For a process without managed relatives it
/// does nothing.
/// </summary>
internal sealed class PrivateMappings(ForkFamilies families, string folder, IManagedRanges ranges) : IScanSink, IDisposable
{
    // What is not private: of most processes there is none.
    private readonly List<AddressRange> _shared = [];
    private ForkMember? _member;
    private IScanSink _inner = DiscardingSink.Instance;
    private ChunkFacts _facts;
    private bool _isScanned;
    private int _next;

    /// <summary>Tells where its pages are; null before <see cref="Join"/>.</summary>
    public IFrameLookup? Frames { get; private set; }

    /// <summary>True when relatives have accessed pages since the last scan that count as this process's.</summary>
    public bool IsUsedByOthers => _member?.IsUsedByOthers == true;

    /// <summary>True when it may have pages that only siblings of it have: neither the eldest of its family, nor its parent.</summary>
    public bool HasSiblings => _member is { Family.Count: > 2 } member && member.Family.SeniorsOf(member).Eldest is not null;

    /// <summary>
    /// Joins the family of the address space that the process has now; <paramref name="frames"/> tells where its pages are.
    /// </summary>
    public void Join(IFrameLookup frames)
    {
        Dispose();
        Frames = frames;
        if (ForkOrigin.Read(new FileTree(folder)) is var (origin, rank, parent))
        {
            _member = families.Join(origin, rank, parent, frames, ranges);
        }
    }

    /// <summary>The process has another address space now, which execve(2) made.</summary>
    public void Rejoin()
    {
        if (Frames is { } frames)
        {
            Join(frames);
        }
    }

    /// <summary>Starts to read the process's mappings again.</summary>
    public void BeginReading() => _shared.Clear();

    /// <summary>Notes a mapping, or a part of one, that is not private; they come in ascending order.</summary>
    public void AddShared(AddressRange range) => _shared.Add(range);

    /// <summary>
    /// Begins a scan whose chunks are passed on to <paramref name="inner"/>, which is given back when the process has nothing in common
    /// with others.
    /// </summary>
    public IScanSink Before(IScanSink inner)
    {
        _isScanned = _member?.TryBeginScan() == true;
        _inner = inner;
        _next = 0;
        return _isScanned ? this : inner;
    }

    /// <summary>Ends a scan that saw all that is mapped.</summary>
    public void EndScan()
    {
        if (_isScanned)
        {
            _isScanned = false;
            _member?.EndScan();
        }
    }

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        ulong start = chunk << Chunk.Shift;
        while (_next < _shared.Count && _shared[_next].End <= start)
        {
            _next++;
        }

        BitPlane covered = AddressRange.CoverageOf(start, CollectionsMarshal.AsSpan(_shared)[_next..]);
        foreach (ref ulong word in covered.AsWords())
        {
            word = ~word;
        }

        _facts = facts;
        _member!.Take(chunk, in covered, ref _facts);
        if (_facts.Present.AsWords().ContainsAnyExcept(0UL))
        {
            _inner.Record(chunk, in _facts);
        }
    }

    /// <summary>Leaves the family.</summary>
    public void Dispose()
    {
        if (_member is { } member)
        {
            families.Leave(member);
            _member = null;
            _isScanned = false;
        }
    }
}
