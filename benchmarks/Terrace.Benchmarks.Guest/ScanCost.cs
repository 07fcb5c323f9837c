using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux;
using Terrace.Linux.Clearers;
using Terrace.Linux.Trackers;

namespace Terrace.Benchmarks.Guest;

/// <summary>
/// One full scan (read and clear) by page tables against one by /sys/kernel/mm/page_idle/bitmap, on the same process, one right
/// after the other:
/// time of each, and whether both report exactly the pages that the process touched in between.
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
        using LinuxProcess byTables = Attach(machine, child, TrackerChoice.PageTables);
        using LinuxProcess byBitmap = Attach(machine, child, TrackerChoice.IdleBitmap);
        List<Scan> tables = [];
        List<Scan> bitmaps = [];
        for (int repetition = 0; repetition < WarmUps + Repetitions; repetition++)
        {
            tables.Add(Measure(byTables, child, repetition));
            bitmaps.Add(Measure(byBitmap, child, repetition));
        }

        Console.WriteLine($"page-tables-ms {Median(tables, scan => scan.BothMs):0.00}");
        Console.WriteLine($"page-tables-read-ms {Median(tables, scan => scan.ReadMs):0.00}");
        Console.WriteLine($"page-tables-flush-ms {Median(tables, scan => scan.FlushMs):0.00}");
        Console.WriteLine($"page-tables-wrong-pages {tables.Sum(scan => scan.WrongPages)}");
        Console.WriteLine($"idle-bitmap-ms {Median(bitmaps, scan => scan.BothMs):0.00}");
        Console.WriteLine($"idle-bitmap-wrong-pages {bitmaps.Sum(scan => scan.WrongPages)}");

        // Of neighbours in time, so that other work on the machine weighs on both.
        Console.WriteLine($"ratio {Median([.. tables.Zip(bitmaps, (table, bitmap) => bitmap.BothMs / table.BothMs)], ratio => ratio):0.0}");
        return 0;
    }

    private static LinuxProcess Attach(LinuxMachine machine, TouchingChild child, TrackerChoice choice) =>
        machine.Attach(child.Pid, out LinuxProcess? process, out AttachError? error, choice)
            ? process!
            : throw new InvalidOperationException(error!.Problem.What);

    private static Scan Measure(LinuxProcess process, TouchingChild child, int repetition)
    {
        // Correctness first: exactly these pages.
        AccessedPages accessed = new(child.Arena, child.Pages);
        process.Clearer.Clear();
        child.Touch(repetition, PerMille);
        process.Tracker.Read(accessed);
        long wrong = 0;
        for (int page = 0; page < child.Pages; page++)
        {
            wrong += accessed[page] != TouchingChild.IsTouched(page, repetition, PerMille) ? 1 : 0;
        }

        // Then cost, with a sink that costs nothing.
        child.Touch(repetition, PerMille);
        CountingSink sink = new();
        long start = Stopwatch.GetTimestamp();
        process.Tracker.Read(sink);
        double read = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.Clearer.Clear();
        double both = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return new Scan(both, read, (process.Clearer as ClearRefs)?.FlushDuration.TotalMilliseconds ?? 0, wrong);
    }

    private static double Median<T>(List<T> scans, Func<T, double> of) => scans[WarmUps..].Select(of).Order().ElementAt(Repetitions / 2);

    private sealed record Scan(double BothMs, double ReadMs, double FlushMs, long WrongPages);
}
