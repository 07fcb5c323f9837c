using System.Text.Json;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>What a load of lab-vm/host-load wrote.</summary>
/// <param name="Pages">Base pages of its memory.</param>
/// <param name="Hot">Those that are hot.</param>
/// <param name="Started">When its memory was filled, seconds since the machine's boot.</param>
/// <param name="Reports">One for each second.</param>
internal sealed record LoadLog(long Pages, long Hot, double Started, IReadOnlyList<LoadLog.Report> Reports)
{
    /// <summary>The share of the accesses that hot pages take.</summary>
    public const double HotShare = 0.9;

    /// <summary>Reads its lines; the last may be cut off.</summary>
    /// <exception cref="InvalidOperationException">It did not get as far as to report.</exception>
    public static LoadLog Parse(string text)
    {
        List<Report> reports = [];
        (long pages, long hot, double started) = (0, 0, 0);
        foreach (string line in text.Split('\n').Where(line => line.StartsWith('{') && line.EndsWith('}')))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("event").GetString() == "start")
            {
                (pages, hot) = (root.GetProperty("pages").GetInt64(), root.GetProperty("hot").GetInt64());
                started = root.GetProperty("uptime").GetDouble();
            }
            else if (root.GetProperty("event").GetString() == "report")
            {
                reports.Add(new Report(
                    root.GetProperty("uptime").GetDouble(),
                    root.GetProperty("accesses").GetInt64(),
                    root.GetProperty("served").GetInt64(),
                    root.GetProperty("fast").GetInt64(),
                    root.GetProperty("hotFast").GetInt64()));
            }
        }

        return pages > 0 && reports.Count > 0
            ? new LoadLog(pages, hot, started, reports)
            : throw new InvalidOperationException("the load did not report anything");
    }

    /// <summary>The last report before a time.</summary>
    public Report Before(double uptime) => Reports.LastOrDefault(report => report.Uptime <= uptime) ?? Reports[0];

    /// <summary>Reports of a stretch.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public IReadOnlyList<Report> Between(double from, double to) =>
        Reports.Where(report => report.Uptime >= from && report.Uptime < to).ToArray() is { Length: > 0 } found
            ? found
            : throw new InvalidOperationException("the load ended early");

    /// <summary>The share of the accesses of some seconds that fast memory served.</summary>
    public static double Served(IReadOnlyList<Report> reports) =>
        (double)reports.Sum(report => report.Served) / Math.Max(1, reports.Sum(report => report.Accesses));

    /// <summary>
    /// The largest share of accesses that fast memory could serve with a share of the pages, in addition to cold ones that cannot
    /// leave it.
    /// </summary>
    public double Oracle(double share, long immovable = 0)
    {
        double fast = share * (Pages - immovable);
        double cold = (Math.Max(0, fast - Hot) + immovable) / (Pages - Hot);
        return (HotShare * Math.Min(fast, Hot) / Hot) + ((1 - HotShare) * cold);
    }

    /// <summary>Pages that have to move, up and down, so that a share of them is fast and the hot ones first.</summary>
    public long Needed(Report before, double share, long immovable = 0)
    {
        double target = share * (Pages - immovable);
        double fast = Math.Max(0, before.Fast - immovable);
        double up = Math.Max(Math.Max(0, Math.Min(Hot, target) - before.HotFast), target - fast);
        return (long)(up + Math.Max(0, fast + up - target));
    }

    /// <summary>A second of it.</summary>
    /// <param name="Uptime">Seconds since the machine's boot, at its end.</param>
    /// <param name="Accesses">All that were made.</param>
    /// <param name="Served">Those of pages in fast memory.</param>
    /// <param name="Fast">Pages in fast memory at its end.</param>
    /// <param name="HotFast">Hot ones of them.</param>
    internal sealed record Report(double Uptime, long Accesses, long Served, long Fast, long HotFast);
}
