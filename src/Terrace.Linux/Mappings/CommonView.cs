using System.Numerics;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Mappings;

/// <summary>
/// The private pages of one process that lie in frames of others too (<see cref="CommonFrames"/>), or of other addresses of its own.
/// Between the tracker and the heat map it takes out those that count for another, and adds to its own what the others saw accessed.
/// </summary>
/// <remarks>
/// A frame counts for who was first seen with it. A move gives the page another frame: who had it before takes that at once, and all
/// others only when nobody has for longer than the longest rest between rounds, so that its heat stays with it.
/// </remarks>
/// <param name="common">What all processes have in common.</param>
/// <param name="entries">The process's page map.</param>
/// <param name="frames">Where its pages are, which the page map tells to the most privileged only; null where nobody else knows.</param>
/// <param name="folder">Its /proc folder, or a captured one; the caller pins the process.</param>
internal sealed class CommonView(CommonFrames common, IPageEntries entries, Func<IFrameLookup?> frames, string folder)
    : IScanSink, IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(2);

    private readonly byte[] _path = BriefFile.PathOf(folder + "/ksm_merging_pages");

    // By page number. Those that count for another; of these, those that were seen to count for nobody, in this period and the last.
    private readonly SparseBits _theirs = new();
    private SparseBits _nobodys = new();
    private SparseBits _nobodysBefore = new();
    private long _periodAt;
    private long _endedSeen;

    private IScanSink _inner = DiscardingSink.Instance;
    private ChunkFacts _facts;
    private FileUse? _use;

    /// <summary>True when others have accessed pages since the last scan that count as this process's.</summary>
    public bool IsUsedByOthers =>
        _use is { } use && use.UsedByOthers != common.Frames.UsesOfOthers && common.Frames.AnySeenOf(use.Mine);

    /// <summary>Memory that it holds, bytes, apart from what frames count.</summary>
    public long Bytes => _theirs.Bytes + _nobodys.Bytes + _nobodysBefore.Bytes;

    /// <summary>
    /// Begins a scan whose chunks are passed on to <paramref name="inner"/>, which is given back when the process has no pages in common
    /// that are not known of otherwise. <paramref name="hasSiblings"/>: it may have some that only siblings have.
    /// </summary>
    public IScanSink Before(IScanSink inner, bool hasSiblings)
    {
        if (!hasSiblings && !common.HasMerged(_path))
        {
            Dispose();
            return inner;
        }

        _inner = inner;
        if (_use is null)
        {
            _use = common.Join(this);
            _periodAt = common.Time.GetTimestamp();
        }

        if (common.Time.GetElapsedTime(_periodAt) >= s_period)
        {
            _periodAt = common.Time.GetTimestamp();
            (_nobodys, _nobodysBefore) = (_nobodysBefore, _nobodys);
            _nobodys.Clear();
        }

        if (_endedSeen != common.Ended)
        {
            _endedSeen = common.Ended;
            _theirs.Clear();
        }

        _use.BeginScan();
        return this;
    }

    /// <summary>Ends a scan that saw all.</summary>
    public void EndScan() => _use?.EndScan();

    /// <inheritdoc/>
    public void Record(ulong chunk, in ChunkFacts facts)
    {
        // KSM merges base pages only, and a huge page that siblings have is compared as a whole or not at all.
        if (facts.IsHuge || !entries.TryRead(chunk, common.Entries))
        {
            _inner.Record(chunk, in facts);
            return;
        }

        _facts = facts;
        Span<ulong> present = _facts.Present.AsWords();
        Span<ulong> accessed = _facts.Accessed.AsWords();
        ReadOnlySpan<ulong> found = default;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            for (ulong left = present[word]; left != 0; left &= left - 1)
            {
                int index = (word << 6) + BitOperations.TrailingZeroCount(left);
                if (!PageEntry.IsCommon(common.Entries[index]))
                {
                    continue;
                }

                found = found.IsEmpty ? FramesOf(chunk, PageEntry.FrameOf(common.Entries[index])) : found;
                if ((long)PageEntry.FrameOf(found[index]) is > 0 and var frame)
                {
                    Take(frame, ((long)chunk * Chunk.Pages) + index, left & (0 - left), ref present[word], ref accessed[word]);
                }
            }
        }

        if (present.ContainsAnyExcept(0UL))
        {
            _inner.Record(chunk, in _facts);
        }
    }

    /// <summary>Forgets all that it has in common with others.</summary>
    public void Dispose()
    {
        if (_use is { } use)
        {
            _use = null;
            common.Leave(this, use);
            _theirs.Clear();
            _nobodys.Clear();
            _nobodysBefore.Clear();
        }
    }

    /// <summary>A chunk's frames, as the page map or who else knows tells them; zeros where nobody does.</summary>
    private ReadOnlySpan<ulong> FramesOf(ulong chunk, ulong told) =>
        told == 0 && frames() is { } lookup && lookup.TryFramesOf(chunk, common.FramesOfChunk) ? common.FramesOfChunk : common.Entries;

    private void Take(long frame, long page, ulong bit, ref ulong present, ref ulong accessed)
    {
        FileUse use = _use!;
        if (IsOwn(use, frame, page))
        {
            common.Frames.Own(use, frame, 1, 1);
            use.Found.Write(frame, 1, 1);
            _theirs.Write(page, 0, 1);
            accessed |= (common.Frames.SeenByAny(frame) & 1) != 0 ? bit : 0;
            return;
        }

        if ((accessed & bit) != 0)
        {
            use.NoteAccessed(frame, 1);
        }

        present &= ~bit;
    }

    private bool IsOwn(FileUse use, long frame, long page)
    {
        if ((use.Found.Read(frame) & 1) != 0)
        {
            // It has it at another address, too, and counts it there.
            return false;
        }

        if ((common.Frames.OwnedByOthers(use, frame) & 1) != 0)
        {
            _theirs.Write(page, 1, 1);
            _nobodys.Write(page, 0, 1);
            _nobodysBefore.Write(page, 0, 1);
            return false;
        }

        if ((use.Mine.Read(frame) & 1) != 0 || (_theirs.Read(page) & 1) == 0 || (_nobodysBefore.Read(page) & 1) != 0)
        {
            return true;
        }

        _nobodys.Write(page, 1, 1);
        return false;
    }
}
