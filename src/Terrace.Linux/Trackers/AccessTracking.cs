using Terrace.Core.Machine;
using Terrace.Linux.Clearers;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Trackers;

/// <summary>A tracker with the clearer that goes with it.</summary>
/// <param name="Tracker">Reads which pages were accessed.</param>
/// <param name="Clearer">Clears accessed bits.</param>
/// <param name="Hints">What reads have found out.</param>
/// <param name="Lookup">A cheaper way than move_pages(2) to tell where pages are; null where the tracker has none.</param>
internal sealed record AccessTracking(IAccessTracker Tracker, IAccessClearer Clearer, ClearHints Hints, INodeLookup? Lookup = null)
    : IDisposable
{
    /// <summary>Lets their files go; what a clear has lent to another node comes home first.</summary>
    public void Dispose()
    {
        (Clearer as IDisposable)?.Dispose();
        (Tracker as IDisposable)?.Dispose();
    }
}
