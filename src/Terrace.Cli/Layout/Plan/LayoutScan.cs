using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;
using Terrace.Linux.Layout;

namespace Terrace.Cli.Layout.Plan;

/// <summary>
/// Scans all processes that use some memory, and counts for each of its pages the scans in which any of them accessed it.
/// Processes of one machine that share memory have each page counted once, as accessed when any of them
/// accessed it.
/// </summary>
internal sealed class LayoutScan(IReadOnlyList<LayoutUser> users, LayoutProgress progress, CancellationToken stop)
{
    /// <summary>Most scans, so that no page's count is cut off.</summary>
    public const int MostScans = PageHeat.Most;

    /// <summary>Scans; false when stopped meanwhile. A process that ends while others continue is left out.</summary>
    /// <exception cref="CommandFailure">All processes ended, or one cannot be read.</exception>
    public bool Run(PageHeat heat, int scans, TimeSpan interval)
    {
        List<(LayoutUser User, HeatMap Map)> running = [.. users.Select(user => (user, new HeatMap()))];
        try
        {
            for (int scan = 0; scan < scans; scan++)
            {
                progress.Show($"scan {scan + 1} of {scans}", (double)scan / scans);
                DoForAll(running, user => user.User.Process.Clearer.Clear());
                if (stop.WaitHandle.WaitOne(interval))
                {
                    return false;
                }

                bool first = scan % HeatMap.MaxScansPerRound == 0;
                bool last = scan == scans - 1 || (scan + 1) % HeatMap.MaxScansPerRound == 0;
                DoForAll(running, user => Read(user.Map, user.User, first, last ? heat : null));
            }
        }
        finally
        {
            progress.Clear();
            foreach ((_, HeatMap map) in running)
            {
                map.Dispose();
            }
        }

        return !stop.IsCancellationRequested;
    }

    private static ScanOutcome Read(HeatMap map, LayoutUser user, bool first, PageHeat? heat)
    {
        if (first)
        {
            map.BeginRound();
        }

        map.BeginScan();
        ScanOutcome outcome = user.Process.Tracker.Read(map);
        map.EndScan();
        if (outcome.Status == ScanStatus.Complete && heat is not null)
        {
            AddTo(heat, map, user.Mappings);
        }

        return outcome;
    }

    // Both chunks and mappings ascend; a chunk may hold the end of one mapping and the start of the next.
    private static void AddTo(PageHeat heat, HeatMap map, IReadOnlyList<LayoutMapping> mappings)
    {
        int first = 0;
        foreach (HeatChunk chunk in map.EnumerateChunks())
        {
            ulong start = Chunk.AddressOf(chunk.Number, 0);
            while (first < mappings.Count && mappings[first].End <= start)
            {
                first++;
            }

            for (int i = first; i < mappings.Count && mappings[i].Start < start + Chunk.Bytes; i++)
            {
                LayoutMapping mapping = mappings[i];
                int from = mapping.Start <= start ? 0 : (int)((mapping.Start - start) >> Chunk.PageShift);
                int to = (int)Math.Min(Chunk.Pages, (mapping.End - start) >> Chunk.PageShift);
                for (int page = from; page < to; page++)
                {
                    int count = chunk.IsPresent(page) ? chunk.CountOf(page) : 0;
                    if (count > 0)
                    {
                        heat.Add(mapping.FirstPage + ((Chunk.AddressOf(chunk.Number, page) - mapping.Start) >> Chunk.PageShift), count);
                    }
                }
            }
        }
    }

    private static void DoForAll(List<(LayoutUser User, HeatMap Map)> running, Func<(LayoutUser User, HeatMap Map), ScanOutcome> work)
    {
        for (int i = running.Count - 1; i >= 0; i--)
        {
            ScanOutcome outcome = work(running[i]);
            if (outcome.Status == ScanStatus.Complete)
            {
                continue;
            }

            if (running.Count == 1 || outcome.Status is not (ScanStatus.ProcessGone or ScanStatus.AddressSpaceReplaced))
            {
                throw FailureOf(running[i].User.Process.Pid, outcome);
            }

            running[i].Map.Dispose();
            running.RemoveAt(i);
        }
    }

    private static CommandFailure FailureOf(int pid, ScanOutcome outcome) => outcome.Status switch
    {
        ScanStatus.ProcessGone => new CommandFailure(
            ExitCode.NoSuchProcess, $"process {pid} exited while it was scanned", "plan for one that lives longer"),
        ScanStatus.AddressSpaceReplaced => new CommandFailure(
            ExitCode.Unavailable, $"process {pid} executed another program while it was scanned", "plan when it has settled"),
        _ => new CommandFailure(
            outcome.Errno is Errno.EPERM or Errno.EACCES ? ExitCode.NotPermitted : ExitCode.Unavailable,
            $"process {pid} cannot be scanned: {ErrorWords.Of(outcome.Errno)}",
            "see the kernel's log; try --tracker idle-bitmap"),
    };
}
