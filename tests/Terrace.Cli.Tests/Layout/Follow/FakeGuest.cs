using Terrace.Core.Layout;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Guests;

namespace Terrace.Cli.Tests.Layout.Follow;

/// <summary>A guest whose memory is an array: page i of it is on node Pages[i].</summary>
internal sealed class FakeGuest(string socketPath, int pid) : IGuestSource
{
    public const int Mebibyte = 256;

    /// <summary>A host with a fast and a slow node, and CPUs on the fast one.</summary>
    public static Topology Host { get; } = new(
    [
        new MemoryNode(
            0,
            1L << 34,
            [0, 1, 2, 3],
            new Dictionary<int, int> { [0] = 10, [2] = 20 }) { ReadLatencyNs = 80, WriteLatencyNs = 90, ReadBandwidthMBps = 100_000 },
        new MemoryNode(2, 1L << 34, [], new Dictionary<int, int> { [0] = 20, [2] = 10 }) { ReadLatencyNs = 250 },
    ]);

    /// <summary>Host node of each page.</summary>
    public int[] Pages { get; set; } = [.. Enumerable.Repeat(0, 16 * Mebibyte)];

    public int Looks { get; private set; }

    public int Pid => pid;

    public bool IsAlive => true;

    public string? SocketPath(out Problem? problem)
    {
        problem = null;
        return socketPath;
    }

    public Problem? Look(LayoutGenerations into, Topology topology, CancellationToken stop)
    {
        Looks++;
        int[] pages = Pages;
        LayoutFold fold = new(LayoutChannel.MaxRanges, (ulong)pages.Length);
        fold.Add(0, pages);
        into.Take(fold.Finish(), topology, cpus: null);
        return null;
    }

    public void Dispose()
    {
    }
}
