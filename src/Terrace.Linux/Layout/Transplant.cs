using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Units;
using Terrace.Linux.Interop;

namespace Terrace.Linux.Layout;

/// <summary>
/// Moves the pages of some memory to where a layout says, in order of their numbers, and sets policies so that pages which are
/// allocated later are allocated there. It goes through the memory in windows: asks where a window's pages
/// are, and moves those that are elsewhere, all of a node with one call, since each call costs much (lru_cache_disable,
/// mm/swap.c). Killed at any instant it leaves each page where it was or where it should be, and going
/// through the same pages again does no harm.
/// </summary>
public sealed class Transplant(LayoutMemory memory, TokenBucket bucket, CancellationToken stop)
{
    /// <summary>Pages of a window, 16 MiB.</summary>
    public const int WindowPages = 4096;

    private readonly int[] _located = new int[WindowPages];
    private readonly ulong[] _pages = new ulong[WindowPages];
    private readonly MoveResult[] _results = new MoveResult[WindowPages];

    /// <summary>
    /// Most pages moved in one batch: the kernel makes all pages of a call inaccessible, up to 512 at a time, before it copies
    /// them (migrate_pages, mm/migrate.c), and whoever touches one of them waits.
    /// </summary>
    public int SlicePages { get; init; } = WindowPages;

    /// <summary>Pages that were moved so far.</summary>
    public long MovedPages { get; private set; }

    /// <summary>
    /// Looks where all pages are: <paramref name="look"/> gets runs of them, -1 for those that are not in memory. The end is
    /// never <see cref="TransplantOutcome.Full"/>.
    /// </summary>
    public TransplantEnd Survey(SurveyedRun look)
    {
        ArgumentNullException.ThrowIfNull(look);
        foreach (LayoutPart part in memory.Parts)
        {
            for (ulong first = part.Span.Start; first < part.Span.End; first += WindowPages)
            {
                if (Interrupted(first) is { } interrupted)
                {
                    return interrupted;
                }

                Span<int> nodes = _located.AsSpan(0, (int)Math.Min(WindowPages, part.Span.End - first));
                if (part.Locate(first, nodes) is not 0 and var error)
                {
                    return Unlocated(first, error);
                }

                look(first, nodes);
            }
        }

        return new TransplantEnd(TransplantOutcome.Done, memory.Parts[^1].Span.End);
    }

    /// <summary>
    /// Sets policies so that new pages are allocated where a layout says, with other nodes when that one is full: 0, or the error
    /// number.
    /// </summary>
    public int PlaceNewPages(MemoryLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        foreach (LayoutPart part in memory.Parts.Where(part => part.PlacesNewPages))
        {
            foreach (FrameRange range in layout.Within(part.Span.Start, part.Span.End).Ranges)
            {
                // Not MPOL_BIND: with a full node that would have the kernel kill a process.
                int error = part.SetPolicy(
                    new PageSpan(range.Start, range.End), new MemoryPolicy(MemoryPolicy.MPOL_PREFERRED, [range.Node]));
                if (error != 0)
                {
                    return error;
                }
            }
        }

        return 0;
    }

    /// <summary>
    /// Moves pages from <paramref name="point"/> on to where a layout says; <paramref name="reached"/> is told from where on
    /// there is still to do, after each window.
    /// </summary>
    public TransplantEnd Run(MemoryLayout layout, ulong point, Action<ulong> reached)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(reached);
        foreach (LayoutPart part in memory.Parts)
        {
            for (ulong first = Math.Max(part.Span.Start, point); first < part.Span.End;)
            {
                ulong end = Math.Min(first + WindowPages, part.Span.End);
                MemoryLayout window = layout.Within(first, end);
                TransplantEnd? ended = Interrupted(first)
                    ?? (window.Pages == 0 ? null : MoveWindow(part, window, first, (int)(end - first)));
                if (ended is not null)
                {
                    return ended;
                }

                first = end;
                reached(first);
            }
        }

        return new TransplantEnd(TransplantOutcome.Done, memory.Parts[^1].Span.End);
    }

    private TransplantEnd? MoveWindow(LayoutPart part, MemoryLayout window, ulong first, int count)
    {
        Span<int> nodes = _located.AsSpan(0, count);
        if (part.Locate(first, nodes) is not 0 and var error)
        {
            return Unlocated(first, error);
        }

        HashSet<int> targets = [];
        foreach (FrameRange range in window.Ranges)
        {
            targets.Add(range.Node);
        }

        foreach (int target in targets)
        {
            int pages = 0;
            foreach (FrameRange range in window.Ranges)
            {
                for (ulong page = range.Start; range.Node == target && page < range.End; page++)
                {
                    int now = nodes[(int)(page - first)];
                    if (now >= 0 && now != target)
                    {
                        _pages[pages++] = page;
                    }
                }
            }

            if (Move(part, _pages.AsSpan(0, pages), target, first) is { } ended)
            {
                return ended;
            }
        }

        return null;
    }

    private TransplantEnd? Move(LayoutPart part, ReadOnlySpan<ulong> pages, int target, ulong first)
    {
        int burst = (int)Math.Min(bucket.BurstBytes / Chunk.PageBytes, SlicePages);
        while (!pages.IsEmpty)
        {
            int count = Math.Min(pages.Length, burst);
            TimeSpan wait = bucket.TimeUntil((long)count * Chunk.PageBytes);
            if (wait > TimeSpan.Zero)
            {
                stop.WaitHandle.WaitOne(wait);
            }

            if (Interrupted(first) is { } interrupted)
            {
                return interrupted;
            }

            bucket.Take((long)count * Chunk.PageBytes);
            Span<MoveResult> results = _results.AsSpan(0, count);
            part.Move(pages[..count], target, results);
            MovedPages += results.Count(MoveResult.Moved);
            if (results.Contains(MoveResult.NoMemory))
            {
                return new TransplantEnd(TransplantOutcome.Full, first, target);
            }

            pages = pages[count..];
        }

        return null;
    }

    private TransplantEnd? Interrupted(ulong point) =>
        stop.IsCancellationRequested ? new TransplantEnd(TransplantOutcome.Stopped, point)
        : memory.WhatBecame() is { } what ? new TransplantEnd(TransplantOutcome.Gone, point, What: what)
        : null;

    private TransplantEnd Unlocated(ulong point, int error) =>
        (memory.WhatBecame() ?? (error == Errno.ESRCH ? "the process has ended" : null)) is { } what
            ? new TransplantEnd(TransplantOutcome.Gone, point, What: what)
            : new TransplantEnd(TransplantOutcome.Failed, point, What: $"the kernel does not say where its pages are (error {error})");
}
