using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// A process that uses a file of shared memory while somebody changes its layout, as QEMU does with its guest's: pass after pass
/// it compares every word with what it wrote in the pass before and writes the next one, page by
/// page in an order without a pattern, and looks at the clock after each page. Prints what lab-vm/kvm-guest/checked_guest.c does;
/// no virtual machine, whose emulation has pauses of its own, is in between.
/// </summary>
internal static unsafe class LayoutUser
{
    private const int PageBytes = 4096;
    private const int WordsOfPage = PageBytes / sizeof(uint);
    private const double MicrosecondsPerSecond = 1e6;
    private static readonly double s_microseconds = MicrosecondsPerSecond / Stopwatch.Frequency;

    /// <summary>Fills the memory, then continues for ever; 1 when a word is not what was written.</summary>
    /// <param name="file">The file, which is made.</param>
    /// <param name="bytes">Its size, a power of two.</param>
    public static int Run(string file, long bytes)
    {
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, FileMode.Create, mapName: null, bytes);
        using MemoryMappedViewAccessor view = mapped.CreateViewAccessor();
        byte* begin = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref begin);
        uint* words = (uint*)begin;
        uint pages = (uint)(bytes / PageBytes);
        for (uint word = 0; word < pages * WordsOfPage; word++)
        {
            words[word] = word;
        }

        Console.WriteLine("ready");
        for (uint pass = 0; ; pass++)
        {
            (double longest, long slow, long slower, long slowest) = (0, 0, 0, 0);
            long from = Stopwatch.GetTimestamp();
            long last = from;
            for (uint i = 0; i < pages; i++)
            {
                uint page = (i * 0x9e3779b1) & (pages - 1);
                if (!IsAsWritten(words, page, pass))
                {
                    Console.Error.WriteLine($"lost: in page {page}, after {pass} passes");
                    return 1;
                }

                long now = Stopwatch.GetTimestamp();
                double took = (now - last) * s_microseconds;
                last = now;
                longest = Math.Max(longest, took);
                slow += took >= 1000 ? 1 : 0;
                slower += took >= 4000 ? 1 : 0;
                slowest += took >= 16000 ? 1 : 0;
            }

            double whole = (last - from) * s_microseconds;
            Console.WriteLine(
                $"pass {pass + 1} longest-us {longest:0} guest-us {whole:0} wall-us {whole:0} slow-1ms {slow} slow-4ms {slower} "
                    + $"slow-16ms {slowest}");
        }
    }

    private static bool IsAsWritten(uint* words, uint page, uint pass)
    {
        uint first = page * WordsOfPage;
        for (uint word = first; word < first + WordsOfPage; word++)
        {
            if (words[word] != word + pass)
            {
                return false;
            }

            words[word] = word + pass + 1;
        }

        return true;
    }
}
