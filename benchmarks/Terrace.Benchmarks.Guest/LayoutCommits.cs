using System.Diagnostics;
using System.Globalization;
using Terrace.Core.Layout;
using Terrace.Core.Migration;
using Terrace.Core.Units;
using Terrace.Linux;
using Terrace.Linux.Layout;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// One layout after another committed on a small file of shared memory: policies set, all its pages moved, every page looked at.
/// What the process then holds of memory and of descriptors
/// beyond what it held before, and whether the file still says what it said.
/// </summary>
internal static class LayoutCommits
{
    private const int Pages = 16;
    private const int WarmUp = 1000;
    private const int SampleEvery = 50;
    private const string Path = "/dev/shm/terrace-commits";

    public static int Run(int commits)
    {
        byte[] content = [.. Enumerable.Range(0, Pages * Chunk.PageBytes).Select(at => (byte)(at * 31 >> 3))];
        File.WriteAllBytes(Path, content);
        int[] nodes;
        using (LinuxMachine machine = new())
        {
            nodes = [.. machine.Topology.Nodes.Where(node => node.CapacityBytes > 0).Select(node => node.Id)];
        }

        LayoutBook book = new(MemoryLayout.Empty);
        TokenBucket bucket = new(1L << 40, TimeProvider.System);
        long[] mostResident = new long[2];
        int descriptors = 0;
        long moved = 0;
        long started = 0;
        for (int commit = 0; commit < WarmUp + commits; commit++)
        {
            if (commit == WarmUp)
            {
                descriptors = Descriptors();
                started = Stopwatch.GetTimestamp();
            }

            moved += Commit(book, bucket, nodes, commit);

            // Resident memory goes up and down with garbage: the highest of each half counts.
            if (commit >= WarmUp && commit % SampleEvery == 0)
            {
                ref long most = ref mostResident[(commit - WarmUp) * 2 / commits];
                most = Math.Max(most, ResidentBytes());
            }
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        int descriptorsAfter = Descriptors();
        bool same = File.ReadAllBytes(Path).AsSpan().SequenceEqual(content);
        File.Delete(Path);
        Console.WriteLine($"commits {book.Commits - WarmUp}");
        Console.WriteLine($"moved-pages {moved}");
        Console.WriteLine($"same-content {(same ? 1 : 0)}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"milliseconds-each {seconds * 1000 / commits:0.000}"));
        Console.WriteLine($"resident-bytes {mostResident[1]}");
        Console.WriteLine($"resident-growth-bytes {mostResident[1] - mostResident[0]}");
        Console.WriteLine($"descriptors-growth {descriptorsAfter - descriptors}");
        return 0;
    }

    // As a command does it: opened, changed, looked at and let go. Blocks of 1 to 3 pages, so that ranges are split and merged.
    private static long Commit(LayoutBook book, TokenBucket bucket, int[] nodes, int number)
    {
        using LayoutMemory memory = LayoutMemory.TryOpenFile(Path, out LayoutRefusal? refusal)
            ?? throw new InvalidOperationException(refusal!.Problem.What);
        int first = number % nodes.Length;
        MemoryLayout next = MemoryLayout.Stripe([memory.Parts[0].Span], (ulong)(number % 3) + 1, [.. nodes[first..], .. nodes[..first]]);
        Transplant transplant = new(memory, bucket, CancellationToken.None);
        bool prepared = book.TryPrepare(next);
        int error = transplant.PlaceNewPages(next);
        TransplantEnd end = transplant.Run(next, 0, _ => { });
        long wrong = 0;
        TransplantEnd looked = transplant.Survey((page, found) =>
        {
            for (int i = 0; i < found.Length; i++)
            {
                wrong += found[i] == next.NodeOf(page + (ulong)i) ? 0 : 1;
            }
        });
        return prepared
            && error == 0
            && end.Outcome == TransplantOutcome.Done
            && looked.Outcome == TransplantOutcome.Done
            && wrong == 0
            && book.TryCommit()
            ? transplant.MovedPages
            : throw new InvalidOperationException($"commit {number}: error {error}, {end}, {looked}, {wrong} pages elsewhere");
    }

    private static long ResidentBytes()
    {
        string status = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(status.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
