using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Processes;

/// <summary>
/// Gives back memory of this process that only its start needed: garbage, the C library's free memory, and pages of the program's
/// own files, which stay in the
/// page cache and are mapped again where they are needed (docs/decisions/0009-pages-of-start-up.md). For one thread.
/// </summary>
public sealed class SettledMemory
{
    private const string OwnMappings = "/proc/self/smaps";

    private readonly HashSet<UnwrittenMapping> _noted = [];
    private readonly List<(UnwrittenMapping Mapping, long ResidentBytes)> _found = [];

    /// <summary>Memory that this process has resident, bytes.</summary>
    public static long ResidentBytes => ProcessMemory.ResidentPagesOf(Environment.ProcessId) * Environment.SystemPageSize;

    /// <summary>
    /// Notes which mappings there are. <see cref="GiveBack"/> touches only what was there at the last note, too: what the runtime
    /// is just mapping and about to
    /// write to is left alone. So some seconds should lie between them.
    /// </summary>
    public void Note()
    {
        _noted.Clear();
        if (UnwrittenMapping.Find(OwnMappings, _found) == 0)
        {
            _noted.UnionWith(_found.Select(one => one.Mapping));
        }
    }

    /// <summary>
    /// Gives back what it can: bytes of the program's files that were mapped and are not now. 0 where the kernel does not report
    /// mappings.
    /// </summary>
    public long GiveBack()
    {
        // Aggressive: what the heap does not need goes back to the kernel, not to the collector's reserve.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        OwnMemory.TrimHeap();
        if (_noted.Count == 0 || UnwrittenMapping.Find(OwnMappings, _found) != 0)
        {
            return 0;
        }

        long bytes = 0;
        foreach ((UnwrittenMapping mapping, long resident) in _found)
        {
            if (_noted.Contains(mapping) && OwnMemory.Unmap(mapping.Range.Start, mapping.Range.End))
            {
                bytes += resident;
            }
        }

        return bytes;
    }
}
