using System.Diagnostics;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Trackers.IdleBitmap;

/// <summary>
/// Sets the idle flags of a process's pages, which clears their accessed bits in all page tables that map them
/// (Documentation/admin-guide/mm/idle_page_tracking.rst); then flushes TLBs.
/// </summary>
internal sealed class IdleBitmapClearer(
    PidFd pidFd, ManagedMappings mappings, OwnedFrames owned, LinuxFile bitmap, TlbFlush flush, ClearHints hints)
    : IAccessClearer, IDisposable
{
    /// <inheritdoc/>
    public string Name => "idle-bitmap";

    /// <inheritdoc/>
    public ScanOutcome Clear()
    {
        long start = Stopwatch.GetTimestamp();
        if (!mappings.Prepare(mayHaveChanged: !mappings.IsReading))
        {
            return new ScanOutcome(ScanStatus.Unfinished, Stopwatch.GetElapsedTime(start));
        }

        int error = Mark();
        if (error == 0 && TlbFlush.IsEffective)
        {
            flush.Run(hints.SparePage != 0 ? hints.SparePage : AnyPage());
        }

        ScanStatus status = !pidFd.IsAlive || error == Errno.ESRCH ? ScanStatus.ProcessGone
            : error == 0 ? ScanStatus.Complete
            : ScanStatus.Failed;
        return new ScanOutcome(status, Stopwatch.GetElapsedTime(start), status == ScanStatus.Failed ? error : 0);
    }

    /// <inheritdoc/>
    public void Dispose() => flush.TryReturn();

    private int Mark()
    {
        // No mappings: the process called execve, which the read that follows says.
        int found = mappings.Refresh();
        int error = found < 0 ? -found : owned.Collect(mappings.Ranges);
        for (int at = 0; error == 0 && owned.Bits.NextRun(at, out Range run); at = run.End.Value)
        {
            // Zero bits leave frames as they are.
            error = bitmap.WriteFully(run.Start.Value * 8L, MemoryMarshal.AsBytes(owned.Bits.Words[run]));
        }

        return error;
    }

    private ulong AnyPage()
    {
        for (int i = 0; i < owned.Chunks; i++)
        {
            int page = owned.EntriesAt(i).IndexOfAnyExcept(0UL);
            if (page >= 0)
            {
                return Chunk.AddressOf(owned.ChunkAt(i), page);
            }
        }

        return 0;
    }
}
