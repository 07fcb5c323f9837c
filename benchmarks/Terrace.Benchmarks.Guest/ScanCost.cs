using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// One full scan (read and clear) by page tables against one by /sys/kernel/mm/page_idle/bitmap, on the same process: time of each, and whether
/// both report exactly the pages that the process touched in between.
/// </summary>
internal static class ScanCost
{
    private const int WarmUps = 6;
    private const int Repetitions = 15;
    private const int PerMille = 100;

    public static int Run(long bytes)
    {
        using LinuxMachine machine = new();
        using TouchingChild child = new(bytes);
        Result tables = Measure(machine, child, TrackerChoice.PageTables);
        Result bitmap = Measure(machine, child, TrackerChoice.IdleBitmap);
        Console.WriteLine($"page-tables-ms {tables.MedianMs:0.00}");
        Console.WriteLine($"page-tables-read-ms {tables.MedianReadMs:0.00}");
        Console.WriteLine($"page-tables-wrong-pages {tables.WrongPages}");
        Console.WriteLine($"idle-bitmap-ms {bitmap.MedianMs:0.00}");
        Console.WriteLine($"idle-bitmap-wrong-pages {bitmap.WrongPages}");
        Console.WriteLine($"ratio {bitmap.MedianMs / tables.MedianMs:0.0}");
        return 0;
    }

    private static Result Measure(LinuxMachine machine, TouchingChild child, TrackerChoice choice)
    {
        if (!machine.Attach(child.Pid, out LinuxProcess? process, out AttachError? error, choice))
        {
            throw new InvalidOperationException(error!.Message);
        }

        using (process)
        {
            IAccessTracker tracker = process!.Tracker;
            AccessedPages accessed = new(child.Arena, child.Pages);
            List<double> both = [];
            List<double> reads = [];
            long wrong = 0;
            for (int repetition = 0; repetition < WarmUps + Repetitions; repetition++)
            {
                // Correctness first: exactly these pages.
                tracker.Clear();
                child.Touch(repetition, PerMille);
                accessed.Clear();
                tracker.Read(accessed);
                for (int page = 0; page < child.Pages; page++)
                {
                    wrong += accessed[page] != TouchingChild.IsTouched(page, repetition, PerMille) ? 1 : 0;
                }

                // Then cost, with a sink that costs nothing.
                child.Touch(repetition, PerMille);
                long start = Stopwatch.GetTimestamp();
                tracker.Read(new CountingSink());
                double read = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                tracker.Clear();
                both.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                reads.Add(read);
            }

            return new Result(Median(both[WarmUps..]), Median(reads[WarmUps..]), wrong);
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Result(double MedianMs, double MedianReadMs, long WrongPages);
}
