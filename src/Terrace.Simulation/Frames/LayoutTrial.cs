using Terrace.Core.Layout;
using Terrace.Simulation.Chance;

namespace Terrace.Simulation.Frames;

/// <summary>
/// A layout tried out on a <see cref="FrameAllocator"/> whose memory is partly in use, as it is on a machine that has run for a
/// while: frames in use lie anywhere, and free ones wait in lists of CPUs too.
/// Every account is checked by a full count, frame by frame, after each step.
/// </summary>
public sealed record LayoutTrial
{
    /// <summary>CPUs of the machine, on the nodes that it booted with in turn (the RFC's example has as many).</summary>
    public const int Cpus = 8;

    /// <summary>Frames of the machine, of 4 KiB.</summary>
    public required long Frames { get; init; }

    /// <summary>Frames that somebody has when the layout is committed.</summary>
    public required long InUse { get; init; }

    /// <summary>How long the commit took.</summary>
    public required TimeSpan Commit { get; init; }

    /// <summary>Most frames that were handled while CPUs would have waited for a lock.</summary>
    public required int LongestSlice { get; init; }

    /// <summary>What the kernel reports of nodes before the commit.</summary>
    public required IReadOnlyList<NodeMemory> Before { get; init; }

    /// <summary>What it reports of them right after it.</summary>
    public required IReadOnlyList<NodeMemory> After { get; init; }

    /// <summary>What it reports of them when all that was in use has been freed.</summary>
    public required IReadOnlyList<NodeMemory> Freed { get; init; }

    /// <summary>What the layout costs in place.</summary>
    public required LayoutMeans InPlace { get; init; }

    /// <summary>What it costs by hotplug.</summary>
    public required LayoutMeans Hotplug { get; init; }

    /// <summary>What it costs by moving content.</summary>
    public required LayoutMeans Migration { get; init; }

    /// <summary>Tries <paramref name="next"/> out on a machine that booted with <paramref name="boot"/>.</summary>
    /// <param name="boot">Node of each frame at boot, from 0 on without holes.</param>
    /// <param name="next">Node of each frame that is wanted.</param>
    /// <param name="inUse">Part of the frames that is in use, 0 to 1.</param>
    /// <param name="seed">Which of them are.</param>
    /// <param name="clock">What the commit is timed by.</param>
    /// <exception cref="ArgumentException">The layouts are not of the same frames.</exception>
    /// <exception cref="InvalidOperationException">Accounts do not agree with the frames.</exception>
    public static LayoutTrial Run(MemoryLayout boot, MemoryLayout next, double inUse, ulong seed, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(boot);
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(clock);
        int[] homes = [.. boot.Ranges.ToArray().Select(range => range.Node).Distinct()];
        FrameAllocator frames = new(boot, [.. Enumerable.Range(0, Cpus).Select(cpu => homes[cpu % homes.Length])]);
        List<int> used = Use(frames, (int)boot.Pages, inUse, seed);
        frames.CheckAccounts();
        IReadOnlyList<NodeMemory> before = frames.Export();
        LayoutMeans inPlace = LayoutMeans.InPlace(frames, next);
        LayoutMeans hotplug = LayoutMeans.Hotplug(frames, next);
        LayoutMeans migration = LayoutMeans.Migration(frames, next);

        long begin = clock.GetTimestamp();
        frames.Commit(next);
        TimeSpan commit = clock.GetElapsedTime(begin);
        frames.CheckAccounts();
        IReadOnlyList<NodeMemory> after = frames.Export();

        for (int i = 0; i < used.Count; i++)
        {
            frames.Free(i % Cpus, used[i]);
        }

        for (int cpu = 0; cpu < Cpus; cpu++)
        {
            frames.DrainAll(cpu);
        }

        frames.CheckAccounts();
        return new LayoutTrial
        {
            Frames = (long)boot.Pages,
            InUse = used.Count,
            Commit = commit,
            LongestSlice = frames.LongestSlice,
            Before = before,
            After = after,
            Freed = frames.Export(),
            InPlace = inPlace,
            Hotplug = hotplug,
            Migration = migration,
        };
    }

    // All is taken, and what should be free is given back in random order.
    private static List<int> Use(FrameAllocator frames, int count, double inUse, ulong seed)
    {
        int[] all = new int[count];
        int taken = 0;
        while (taken < count && frames.Allocate(taken % Cpus) is >= 0 and int frame)
        {
            all[taken++] = frame;
        }

        // What waits in lists of other CPUs is out of a CPU's reach, and stays there.
        int keep = Math.Min(taken, (int)Math.Round(count * inUse));
        int[] order = new SeededRandom(seed).Permutation(taken);
        for (int i = keep; i < taken; i++)
        {
            frames.Free(i % Cpus, all[order[i]]);
        }

        return [.. order.Take(keep).Select(at => all[at])];
    }
}
