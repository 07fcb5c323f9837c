using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Terrace.Benchmarks.History;
using Terrace.Lab;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>
/// Shapes of machines and memory that hosts have, each with Terrace and with the kernel's own tiering, in one table. A row that fails
/// says so, and the others follow.
/// </summary>
internal sealed class HostFigures(string root, Func<LabSpec, Task<LabMachine>> boot, Action<Figure> add)
{
    /// <summary>Name of the run.</summary>
    public const string Name = "hosts";

    private const double MostShareError = 0.01;
    private const double LeastHits = 0.97;
    private const double MostMoved = 1.3;
    private const double MostCountError = 0.05;
    private const double MostRestCpu = 0.03;
    public const double MostSpread = 1.02;
    private const double MostLateSeconds = 30;
    private const double MostPromoted = 1.5;

    private readonly List<HostResult> _results = [];

    /// <summary>What was measured.</summary>
    public IReadOnlyList<HostResult> Results => _results;

    /// <summary>Runs the rows, or all where none is named.</summary>
    public async Task RunAsync(IReadOnlyCollection<string> rows)
    {
        Stopwatch watch = Stopwatch.StartNew();
        string[] asked = [.. HostRows.Names.Where(name => rows.Count == 0 || rows.Contains(name))];
        foreach ((int index, string name) in asked.Index())
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"== row {name}, {index + 1} of {asked.Length}, after {watch.Elapsed.TotalMinutes:0.0} min"));
            HostResult result = name == HostRows.Tenants
                ? await TenantsAsync()
                : await RowAsync(HostRows.All.First(row => row.Name == name));
            _results.Add(result);
            if (result.Failure is { } failure)
            {
                Console.WriteLine($"     row {name}: {failure}");
                add(new Figure($"row {name}", "a result", failure, false));
            }

            foreach (string line in HostTable.Lines([result]))
            {
                Console.WriteLine(line);
            }

            await WriteAsync();
        }

        foreach (string line in HostTable.Lines(_results))
        {
            Console.WriteLine(line);
        }
    }

    /// <summary>Where what was seen is kept.</summary>
    private string Folder => Path.Combine(root, "artifacts", "benchmarks", "hosts");

    private async Task<HostResult> RowAsync(HostRow row)
    {
        HostResult result = new(row.Name, row.What, row.Share) { Note = row.WithoutKernel };
        string? failure = await TryAsync(async () =>
        {
            await using LabMachine vm = await boot(row.Machine);
            HostGuest guest = new(vm);
            await guest.PrepareAsync(root, row.Prepare);
            HostRun run = new(guest, row, Folder);
            Console.WriteLine("     with Terrace");
            result = result with { Terrace = await run.WithTerraceAsync() };
            if (row.WithoutKernel is null)
            {
                Console.WriteLine("     with the kernel's own tiering");
                result = result with { Kernel = await run.WithKernelAsync() };
            }
        });
        if (result.Terrace is { } outcome)
        {
            Judge(row, outcome);
        }

        return result with { Failure = failure };
    }

    private async Task<HostResult> TenantsAsync()
    {
        HostResult result = new(HostRows.Tenants, "four equal tenants, one late", null);
        string? failure = await TryAsync(async () =>
        {
            await using LabMachine vm = await boot(new LabSpec());
            HostGuest guest = new(vm);
            await guest.PrepareAsync(root, "");
            TenantRun run = new(guest, Folder);
            Console.WriteLine("     with Terrace");
            result = result with { TerraceTenants = await run.WithTerraceAsync() };
            Console.WriteLine("     with the kernel's own tiering");
            result = result with { KernelTenants = await run.WithKernelAsync() };
        });
        if (result.TerraceTenants is { } outcome)
        {
            Add("tenants-spread", "largest to smallest hit share", outcome.Spread, MostSpread, "0.000", "x");
            Add("tenants-late", "the late one served after", outcome.LateSeconds ?? double.PositiveInfinity, MostLateSeconds, "0", "s");
            Add("tenants-promoted", "promoted, of what was misplaced", outcome.PromotedOfMisplaced, MostPromoted, "0.00", "x");
        }

        return result with { Failure = failure };

        void Add(string name, string what, double value, double limit, string format, string unit) => add(new Figure(
            "four tenants: " + what,
            string.Create(CultureInfo.InvariantCulture, $"≤ {limit} {unit}"),
            value.ToString(format, CultureInfo.InvariantCulture) + " " + unit,
            value <= limit,
            double.IsFinite(value) ? [new Sample(name, value, unit)] : []));
    }

    /// <summary>Why it failed; null when it did not. What was measured before that is kept.</summary>
    private static async Task<string?> TryAsync(Func<Task> run)
    {
        try
        {
            await run();
            return null;
        }
        catch (Exception error) when (error is LabException or InvalidOperationException or JsonException or FormatException
            or IOException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return error.Message.ReplaceLineEndings(" ");
        }
    }

    private void Judge(HostRow row, HostOutcome outcome)
    {
        Add("share-error", "share error", outcome.ShareError, value => value <= MostShareError, "≤ 1 %");
        double? hits = row.HasHitTarget && outcome.ShareError is not null ? outcome.HitsOfOracle : null;
        Add("hits", "hit share, of the oracle's", hits, value => value >= LeastHits, "≥ 97 %");
        Add("moved", "moved, of what had to", outcome.MovedOfNeeded, value => value <= MostMoved, "≤ 130 %");
        double? count = row.IsTracked ? outcome.OwnOfKernel : null;
        Add("count", "Terrace's count of that, of the kernel's", count, value => Math.Abs(1 - value) <= MostCountError, "95 to 105 %");
        Add("rest-cpu", "CPU at rest", outcome.RestCpu, value => value <= MostRestCpu, "≤ 3 %");

        void Add(string name, string what, double? value, Func<double, bool> isReached, string target)
        {
            if (value is { } measured)
            {
                add(new Figure(
                    $"row {row.Name}, {row.What}: {what}",
                    target,
                    measured.ToString("p2", CultureInfo.InvariantCulture),
                    isReached(measured),
                    Sample.Percent($"row-{row.Name}-{name}", measured)));
            }
        }
    }

    private async Task WriteAsync()
    {
        string folder = Directory.CreateDirectory(Path.Combine(root, "artifacts", "benchmarks")).FullName;
        await File.WriteAllLinesAsync(Path.Combine(folder, "hosts.md"), HostTable.Lines(_results));
        await File.WriteAllTextAsync(Path.Combine(folder, "hosts.json"), HostTable.Json(_results) + "\n");
    }
}
