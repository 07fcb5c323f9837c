using Microsoft.Extensions.Logging.Abstractions;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Metrics;
using Terrace.Simulation.Runs;

namespace Terrace.Host.Tests.Metrics;

/// <summary>A book with its instruments, fed by rounds of a simulated process.</summary>
internal sealed class MeasuredDaemon : IDisposable
{
    public const string Group = "databases";

    public MeasuredDaemon()
    {
        Book = new MetricsRegistry(_ => Of(Group).Labels);
        Instruments = new TerraceInstruments(Book, Log, "1.2.3");
        Reader = new MeterReader(Instruments.Meter);
        Book.TurnOn(Instruments.RecordStall);
    }

    public MetricsRegistry Book { get; }

    public LogCounts Log { get; } = new(NullLogger.Instance);

    public TerraceInstruments Instruments { get; }

    public MeterReader Reader { get; }

    public static HostFigures Host { get; } = new()
    {
        Groups = 1,
        Processes = 2,
        CpuLimit = 0.03,
        TrackingBytes = 4096,
        ProcessEvents = true,
        EventOverruns = 3,
        Tiers = [(1 << 30, new(1 << 20, 5 << 20, 0, 0)), (2L << 30, new(3 << 20, 0, 0, 0))],
    };

    public static GroupFigures Of(string group, double share = 0.4) => new()
    {
        Labels = new GroupLabels(group, "rule of " + group),
        Asked = FastShare.OfPages(share),
        Processes = 2,
        TierPages = [300, 700],
        BudgetPages = 400,
        Missed = new Dictionary<MissedReasons, int> { [MissedReasons.FullNodes] = 1, [MissedReasons.CpuLimit] = 2 },
        HotPages = 100,
        ColdPages = 500,
        HitRatio = 0.9,
        Interval = TimeSpan.FromMilliseconds(20),
        Rest = TimeSpan.FromSeconds(30),
        LongestStall = TimeSpan.FromMilliseconds(2),
    };

    /// <summary>Runs a simulated process under the engine, its rounds going into the book.</summary>
    public MeasuredDaemon Run(double seconds, TieringOptions? options = null, Func<TimeSpan>? cpuTime = null, double busy = 0)
    {
        SimulationDriver driver = SimulationPresets.Find("scattered")!.Create(seed: 1);
        driver.Loads[0].Process.Faults.BusyFraction = busy;
        using TieringEngine engine = new(driver.Machine, options ?? new TieringOptions(), driver.Machine.Clock, Book, cpuTime);
        engine.Add(driver.Loads[0].Process, FastShare.OfPages(0.3));
        driver.Run(TimeSpan.FromSeconds(seconds), engine.Step);
        return this;
    }

    /// <summary>Publishes and reads, as a scrape does.</summary>
    public Exposition Scrape(params GroupFigures[] groups)
    {
        Book.Publish(Host with { Groups = groups.Length }, groups);
        return Exposition.Parse(System.Text.Encoding.UTF8.GetString(PrometheusText.Of(Reader.Read())));
    }

    public void Dispose()
    {
        Reader.Dispose();
        Instruments.Dispose();
    }
}
