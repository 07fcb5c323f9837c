using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Terrace.Benchmarks.Stalls;

/// <summary>A thread that maps, touches and unmaps a little memory over and over, and knows how long it waited for that.</summary>
internal static unsafe partial class Neighbour
{
    private const int Bytes = 4 * 4096;
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;

    /// <summary>The longest that one call, or one first touch, took while something was done.</summary>
    public static TimeSpan LongestDuring(Action work)
    {
        long longest = 0;
        bool ends = false;
        Thread thread = new(() =>
        {
            while (!Volatile.Read(ref ends))
            {
                long begun = Stopwatch.GetTimestamp();
                byte* memory = Map(null, Bytes, ReadAndWrite, PrivateAnonymous, -1, 0);
                long mapped = Stopwatch.GetTimestamp();
                *memory = 1;
                long touched = Stopwatch.GetTimestamp();
                _ = Unmap(memory, Bytes);
                long unmapped = Stopwatch.GetTimestamp();
                longest = Math.Max(longest, Math.Max(mapped - begun, Math.Max(touched - mapped, unmapped - touched)));
            }
        });
        thread.Start();

        // It runs before, and after: a call that has begun ends.
        Thread.Sleep(20);
        work();
        Volatile.Write(ref ends, true);
        thread.Join();
        return TimeSpan.FromSeconds((double)longest / Stopwatch.Frequency);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int fd, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
