using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Trackers;

/// <summary>
/// Tracks a process: a reader sees its pages, and what it sees goes through what is said of the mappings that they are in, the
/// same for every reader.
/// </summary>
internal sealed class MappedTracker(PidFd pidFd, IPageReader reader, ManagedMappings mappings, ClearHints hints)
    : IAccessTracker, IDisposable
{
    private readonly SparePageFinder _sparePages = new(hints);
    private readonly ChosenRanges _chosen = new();
    private TimeSpan _prepared;

    /// <inheritdoc/>
    public string Name => reader.Name;

    /// <inheritdoc/>
    public bool Prepare()
    {
        if (mappings.Part is null || !reader.IsSameAddressSpace())
        {
            // What has become of it the read says.
            return true;
        }

        long start = Stopwatch.GetTimestamp();
        bool ready = mappings.Prepare(!mappings.IsReading && reader.TakeMappingChange());
        _prepared += Stopwatch.GetElapsedTime(start);
        return ready;
    }

    /// <inheritdoc/>
    public ScanOutcome Read(IScanSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        long start = Stopwatch.GetTimestamp();
        int found = reader.IsSameAddressSpace() ? mappings.Refresh(reader.TakeMappingChange()) : 0;

        // The thread that showed them has ended, and others continue.
        found = found == -Errno.ESRCH && reader.IsSameAddressSpace() && mappings.Reopen() == 0 ? mappings.Refresh() : found;
        int error = found == -Errno.ETIMEDOUT ? Errno.ETIMEDOUT : 0;
        ScanStatus status = found > 0 ? ScanStatus.Complete : error != 0 ? ScanStatus.Failed : Follow(out error);
        if (status == ScanStatus.Complete)
        {
            error = reader.Read(mappings.Ranges, _sparePages.Before(mappings.Before(sink)));
            status = !reader.IsSameAddressSpace() ? Follow(out error)
                : error == 0 ? ScanStatus.Complete
                : error == Errno.ESRCH ? ScanStatus.ProcessGone
                : ScanStatus.Failed;
            if (status == ScanStatus.Complete)
            {
                mappings.EndScan();
            }
        }

        TimeSpan duration = _prepared + Stopwatch.GetElapsedTime(start);
        _prepared = TimeSpan.Zero;
        return new ScanOutcome(status, duration, status == ScanStatus.Failed ? error : 0, mappings.Treated);
    }

    /// <inheritdoc/>
    public bool ReadChunks(IChunkChoice chunks, IScanSink sink)
    {
        if (mappings.IsReading || !reader.IsSameAddressSpace())
        {
            return false;
        }

        // As last read: what has been unmapped since has no pages, and of what else has come there nothing is made.
        _chosen.Choose(mappings.Own, chunks, wholeOnly: true);
        return reader.Read(_chosen.Ranges, sink, isPart: true) == 0 && reader.IsSameAddressSpace();
    }

    /// <inheritdoc/>
    public bool ReadSome(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => reader.ReadSome(pages, sights);

    /// <inheritdoc/>
    public bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights) => reader.ReadSomeOfAny(pages, sights);

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private ScanStatus Follow(out int error)
    {
        error = pidFd.IsAlive ? mappings.TryFollow() : Errno.ESRCH;
        return error == Errno.ETIMEDOUT ? ScanStatus.Failed
            : error == 0 && reader.TryFollow() ? ScanStatus.AddressSpaceReplaced
            : ScanStatus.ProcessGone;
    }
}
