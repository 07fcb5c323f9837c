using System.Diagnostics;
using System.Runtime.CompilerServices;
using HdrHistogram;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Maps the arena, touches it once in order of address (first touch decides where a page begins), accesses it and reports.
/// </summary>
internal sealed unsafe class ExerciseRun : IDisposable
{
    /// <summary>
    /// Where the arena is unless something else is there: always the same, so that one who counts from outside can know it.
    /// </summary>
    private const ulong WantedArena = 0x1000_0000_0000;

    private readonly ExerciseOptions _options;
    private readonly IFastNodes? _nodes;
    private readonly ExerciseArena _memory;
    private readonly AccessLaw _law;
    private readonly PageOrder _order;
    private readonly ExerciseWorker[] _workers;
    private readonly MappingChurn? _churn;
    private readonly Func<ulong, IPageLocator>? _locate;
    private ServedShare? _served;
    private IPageLocator? _locator;
    private readonly LongHistogram _interval = GapHistogram.NewSum();
    private readonly LongHistogram _whole = GapHistogram.NewSum();
    private long _countedBefore;
    private long _servedBefore;
    private long _accessesBefore;
    private int _looks;
    private double _longestNs;

    /// <summary>
    /// Maps the arena. Without <paramref name="nodes"/> and <paramref name="locate"/>, which makes a locator once the page at an
    /// address has been touched,
    /// nothing is measured.
    /// </summary>
    /// <exception cref="CommandFailure">There is not enough address space.</exception>
    public ExerciseRun(ExerciseOptions options, IFastNodes? nodes = null, Func<ulong, IPageLocator>? locate = null)
    {
        _options = options;
        _nodes = nodes;
        _locate = locate;
        _memory = ExerciseArena.Map(options, WantedArena);
        _law = options.MakeLaw();
        _order = new PageOrder(options.Pages, options.Scattered && options.Pattern != ExercisePattern.Sequential, options.Seed);
        _workers = [.. Enumerable.Range(0, options.Threads).Select(MakeWorker)];
        _churn = options.Remap > 0 ? new MappingChurn(options.Remap, options.Seed) : null;
    }

    /// <summary>First address of the arena.</summary>
    public ulong Arena => (ulong)_memory.Address;

    /// <summary>How often the hot set has moved.</summary>
    public int Phase { get; private set; }

    /// <summary>Writes to every page once, in order of address, and tells how much of that is done; false when stopped meanwhile.</summary>
    public bool Touch(CancellationToken stop, Action<double>? onPart = null)
    {
        for (uint page = 0; page < _options.Pages; page++)
        {
            *(ulong*)(_memory.Address + ((ulong)page << Chunk.PageShift)) = page;
            if ((page & 0xFFF) != 0)
            {
                continue;
            }

            if (stop.IsCancellationRequested)
            {
                return false;
            }

            onPart?.Invoke((double)page / _options.Pages);
        }

        if (_locate is not null)
        {
            _locator = _locate(Arena);
            _served = new ServedShare(_memory.Address, _options.Pages, _workers, _locator);
        }

        return true;
    }

    /// <summary>Accesses memory for as long as was asked, reporting every interval; returns the report over all.</summary>
    public ExerciseReport Run(Action<ExerciseReport> onReport, CancellationToken stop)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        List<Thread> threads = [.. _workers.Select((worker, i) => StartThread($"access-{i}", () => worker.Run(ending.Token)))];
        if (_churn is not null)
        {
            threads.Add(StartThread("remap", () => _churn.Run(ending.Token)));
        }

        long start = Stopwatch.GetTimestamp();
        TimeSpan reported = TimeSpan.Zero;
        try
        {
            while (!stop.IsCancellationRequested && !(Stopwatch.GetElapsedTime(start) >= _options.For))
            {
                WaitAndLook(start, reported, stop);
                TimeSpan now = Stopwatch.GetElapsedTime(start);
                if (now - reported >= _options.ReportEvery)
                {
                    // A report covers each page exactly once, or the slices that were looked at twice would weigh double.
                    LookUpTo(_served?.Slices ?? 0);
                    _looks = 0;
                    now = Stopwatch.GetElapsedTime(start);
                    onReport(Report(now, now - reported));
                    reported = now;
                }
            }
        }
        finally
        {
            ending.Cancel();
            foreach (Thread thread in threads)
            {
                thread.Join();
            }
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        _looks = 0;
        LookUpTo(_served?.Slices ?? 0);
        return FinalReport(elapsed);
    }

    /// <summary>Writes where every page is and how often it was accessed; the law's most probable pages are marked hot.</summary>
    public void WritePages(TextWriter writer)
    {
        HashSet<uint> hot = [];
        double mean = 1.0 / _options.Pages;
        uint offset = OffsetOf(Phase);
        for (uint rank = 0; rank < _options.Pages; rank++)
        {
            if (_law.ProbabilityOf(rank) > mean)
            {
                hot.Add(_order.PageOf(rank, offset));
            }
        }

        _served?.WritePages(writer, hot.Contains);
    }

    public void Dispose()
    {
        _served?.Dispose();
        (_locator as IDisposable)?.Dispose();
        foreach (ExerciseWorker worker in _workers)
        {
            worker.Dispose();
        }

        _churn?.Dispose();
        _memory.Dispose();
    }

    private static Thread StartThread(string name, ThreadStart work)
    {
        Thread thread = new(work) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    private ExerciseWorker MakeWorker(int number) => new(_memory.Address, _options, _law, _order, number);

    private uint OffsetOf(int phase) => (uint)((ulong)phase * _options.PhaseShift % _options.Pages);

    // The slices that are due, then a pause until the next one is.
    private void WaitAndLook(long start, TimeSpan reported, CancellationToken stop)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        int phase = _options.Phase is { } length ? (int)(elapsed / length) : 0;
        if (phase != Phase)
        {
            Phase = phase;
            foreach (ExerciseWorker worker in _workers)
            {
                worker.ShiftTo(OffsetOf(phase));
            }
        }

        TimeSpan pause = reported + _options.ReportEvery - elapsed;
        if (_served is not null)
        {
            // Slices are spread evenly over the interval, each looked at when its part of it is over; those that are late are made up for.
            LookUpTo((int)Math.Min(_served.Slices, (elapsed - reported) / _options.ReportEvery * _served.Slices));
            TimeSpan slice = _options.ReportEvery / _served.Slices;
            pause = slice < pause ? slice : pause;
        }

        TimeSpan limit = TimeSpan.FromMilliseconds(100);
        pause = pause < limit ? pause : limit;
        pause = _options.For - elapsed is { } left && left < pause ? left : pause;
        if (pause > TimeSpan.Zero)
        {
            stop.WaitHandle.WaitOne(pause);
        }
    }

    private void LookUpTo(int looks)
    {
        for (; _looks < looks; _looks++)
        {
            _ = _served!.LookAtNextSlice();
        }
    }

    private ExerciseReport Report(TimeSpan now, TimeSpan span)
    {
        long longest = Collect();
        long accesses = _workers.Sum(worker => worker.Accesses);
        ExerciseReport report = Make("report", now, accesses - _accessesBefore, span, _interval, longest);
        report = WithShares(report, (_served?.ServedByFast ?? 0) - _servedBefore, (_served?.Counted ?? 0) - _countedBefore);
        _accessesBefore = accesses;
        _servedBefore = _served?.ServedByFast ?? 0;
        _countedBefore = _served?.Counted ?? 0;
        return report;
    }

    private ExerciseReport FinalReport(TimeSpan elapsed)
    {
        Collect();
        ExerciseReport report = Make("final", elapsed, _workers.Sum(worker => worker.Accesses), elapsed, _whole, _longestNs);
        return WithShares(report, _served?.ServedByFast ?? 0, _served?.Counted ?? 0);
    }

    private long Collect()
    {
        _interval.Reset();
        long longest = 0;
        foreach (ExerciseWorker worker in _workers)
        {
            worker.BatchTimes.CollectInto(_interval);
            longest = Math.Max(longest, worker.TakeLongestGap());
        }

        _whole.Add(_interval);
        _longestNs = Math.Max(_longestNs, longest);
        return longest;
    }

    private ExerciseReport Make(string name, TimeSpan now, long accesses, TimeSpan span, LongHistogram times, double longestNs) => new()
    {
        Event = name,
        Seconds = Math.Round(now.TotalSeconds, 3),
        Phase = Phase,
        Accesses = accesses,
        AccessesPerSecond = Math.Round(accesses / Math.Max(span.TotalSeconds, 1e-9)),
        LongestStallMs = Math.Round(longestNs / 1e6, 3),
        LatencyNs = new LatencyReport(
            PerAccess(times, 0.5),
            PerAccess(times, 0.99),
            PerAccess(times, 0.999),
            Math.Round(longestNs / ExerciseWorker.BatchAccesses, 1)),
    };

    private static double PerAccess(LongHistogram times, double fraction) =>
        Math.Round(GapHistogram.Percentile(times, fraction) / ExerciseWorker.BatchAccesses, 1);

    private ExerciseReport WithShares(ExerciseReport report, long served, long counted)
    {
        if (_served is null || _nodes is null || counted == 0)
        {
            return report;
        }

        long fastPages = _served.FastPages;
        long couldBeFast = _options.OracleShare.PagesOf(_options.Pages)
            ?? Math.Min(_options.Pages, fastPages + (_nodes.FreeBytes() / Chunk.PageBytes));
        double oracle = _law.BestShare(couldBeFast);
        double share = (double)served / counted;
        return report with
        {
            FastShare = share,
            FastPageShare = (double)fastPages / _options.Pages,
            Oracle = oracle,
            OfOracle = oracle > 0 ? share / oracle : 1,
        };
    }
}
