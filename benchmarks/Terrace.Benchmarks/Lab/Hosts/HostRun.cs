using System.Globalization;
using System.Text.Json;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>One row, managed by <c>terrace manage</c> or left to the kernel's own tiering.</summary>
internal sealed class HostRun(HostGuest guest, HostRow row, string folder)
{
    /// <summary>Seconds over which a share of accesses is counted.</summary>
    private const int Counted = 5;

    /// <summary>Ticks of a second (proc_pid_stat(5), USER_HZ).</summary>
    private const double Ticks = 100;

    /// <summary>
    /// Memory in addition to the load's own that the fast nodes must have free while the kernel places it: what the load counts in,
    /// page tables, and the kernel's own reserve.
    /// </summary>
    private const int SpareMebibytes = 24;

    private const string Begin = """
        WITH_SLOW
        load load PREFIX host_load LOAD NODES
        END_SLOW
        """;

    private const string Watch = """
        n=0
        while [ $n -lt SECONDS ]; do
            [ $n -ne DISTURBED ] || { ( DISTURB ) > /dev/null 2>&1 & echo $! > disturbance.pid; }
            sleep 5; n=$((n + 5)); sample $watched >> samples
            [ $((n % 20)) -ne 0 ] || say $n load
        done
        """;

    /// <summary>With Terrace.</summary>
    public async Task<HostOutcome> WithTerraceAsync()
    {
        await guest.RunAsync(Fill($$"""
            {{Begin}}
            terrace manage $(pids load) --fast {{Percent}} --for {{row.Seconds}}s --json > events 2> said & watched=$!
            sample $watched > samples; cat /proc/vmstat > vmstat.before
            {{Watch}}
            cat /proc/vmstat > vmstat.after
            wait $watched || fail "terrace manage: $(tail -n 1 said)"
            """));
        double[][] samples = HostGuest.Numbers(await guest.RunAsync("cat samples"));
        string events = await guest.RunAsync("cat events");
        await KeepAsync(folder, $"row-{row.Name}.events.jsonl", events);
        await KeepAsync(folder, $"row-{row.Name}.vmstat.txt", await guest.RunAsync(
            "paste -d' ' vmstat.before vmstat.after | awk '$2 != $4 { print $1, $4 - $2 }' | sort"));
        (double moved, double immovable) = Moved(events);
        double? home = row.HomeNode is { } node ? await HomeAsync(node) : null;
        LoadLog log = await guest.LogAsync();
        await EndAsync();
        (double start, double judged) = (samples[0][0], samples[0][0] + row.JudgedAt);
        double[][] rest = [.. samples.Where(sample => sample[0] >= judged)];
        HostOutcome outcome = Judge(log, start, judged, samples, immovable: (long)immovable);
        return outcome with
        {
            OwnBytes = (long)moved * HostGuest.PageBytes,
            CallBytes = (long)(samples[^1][3] - samples[0][3]) * HostGuest.PageBytes,
            Rounds = events.Split("\"event\":\"round\"").Length - 1,
            HeldBy = HeldBy(events),
            RestCpu = rest.Length > 1 ? (rest[^1][2] - rest[0][2]) / Ticks / (rest[^1][0] - rest[0][0]) : null,
            RestBytes = rest.Length > 1 ? (long)(rest[^1][1] - rest[0][1]) * HostGuest.PageBytes : 0,
            AtHome = home,
        };
    }

    /// <summary>
    /// With the kernel's own tiering, which knows no share: all fast memory but as much as the share is taken by a process that
    /// locks it.
    /// </summary>
    public async Task<HostOutcome> WithKernelAsync()
    {
        int mebibytes = int.Parse(row.Load.Split(' ')[1], CultureInfo.InvariantCulture);
        int leave = (int)(mebibytes * row.Share) + SpareMebibytes;
        await guest.RunAsync(Fill($$"""
            echo 2 > /proc/sys/kernel/numa_balancing
            echo true > /sys/kernel/mm/numa/demotion_enabled
            ballast {{leave}} NODES
            before=$(counter pgmigrate_success)
            load load PREFIX host_load LOAD NODES
            watched=$$
            echo "$(grep -o '"uptime":[0-9.]*' load.jsonl | head -n 1 | cut -d: -f2) $before 0 0" > samples
            {{Watch}}
            """.Replace("SECONDS", $"{row.JudgedAt + Counted}", StringComparison.Ordinal)));
        double[][] samples = HostGuest.Numbers(await guest.RunAsync("cat samples"));
        LoadLog log = await guest.LogAsync();
        await EndAsync();
        double judged = samples[0][0] + row.JudgedAt;
        return Judge(log, samples[0][0], judged, samples, share: log.Before(judged).Fast / (double)log.Pages);
    }

    private string Percent => string.Create(CultureInfo.InvariantCulture, $"{row.Share * 100:0.##}%");

    private HostOutcome Judge(LoadLog log, double start, double judged, double[][] samples, long immovable = 0, double? share = null)
    {
        IReadOnlyList<LoadLog.Report> reports = log.Between(judged, judged + Counted);
        double movable = log.Pages - immovable;
        double[] shares = [.. reports.Select(report => (report.Fast - immovable) / movable)];
        double hits = LoadLog.Served(reports);
        return new HostOutcome
        {
            Share = shares.Average(),
            ShareError = share is null && row.IsTracked ? shares.Max(each => Math.Abs(each - row.Share)) : null,
            Hits = hits,
            HitsOfOracle = hits / log.Oracle(share ?? row.Share, immovable),
            KernelBytes = (long)(samples[^1][1] - samples[0][1]) * HostGuest.PageBytes,
            NeededBytes = row.IsTracked ? log.Needed(log.Before(start), share ?? row.Share, immovable) * HostGuest.PageBytes : 0,
            ImmovableBytes = immovable * HostGuest.PageBytes,
        };
    }

    /// <summary>Pages that rounds say were moved, and those that the last ones say are immovable.</summary>
    private static (double Moved, double Immovable) Moved(string events)
    {
        double moved = 0;
        Dictionary<int, double> immovable = [];
        foreach (string line in events.Split('\n').Where(line => line.StartsWith('{')))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.GetProperty("event").GetString() is "round" or "brokenOff")
            {
                moved += root.GetProperty("promoted").GetProperty("moved").GetDouble()
                    + root.GetProperty("demoted").GetProperty("moved").GetDouble();
            }

            if (root.TryGetProperty("immovablePages", out JsonElement pages))
            {
                immovable[root.GetProperty("pid").GetInt32()] = pages.GetDouble();
            }
        }

        return (moved, immovable.Values.Sum());
    }

    private static string[] HeldBy(string events)
    {
        if (events.Split('\n').LastOrDefault(line => line.StartsWith("{\"event\":\"round\"", StringComparison.Ordinal)) is not { } last)
        {
            return [];
        }

        using JsonDocument document = JsonDocument.Parse(last);
        string[] members = ["missedBecause", "backOff"];
        return
        [
            .. members.SelectMany(member => document.RootElement.GetProperty(member).EnumerateArray())
                .Select(name => name.GetString()!)
                .Distinct(),
        ];
    }

    /// <summary>The part of the load's pages on fast nodes that is on one of them (proc_pid_numa_maps(5)).</summary>
    private async Task<double> HomeAsync(int node)
    {
        string line = await guest.RunAsync("grep '^100000000000 ' /proc/$(cat load.pid)/numa_maps");
        double On(string number) =>
            line.Split(' ').FirstOrDefault(word => word.StartsWith($"N{number}=", StringComparison.Ordinal)) is { } found
                ? double.Parse(found.Split('=')[1], CultureInfo.InvariantCulture)
                : 0;
        return On($"{node}") / Math.Max(1, row.FastNodes.Split(',').Sum(On));
    }

    /// <summary>Keeps what was seen, for whoever asks why a figure is as it is.</summary>
    internal static async Task KeepAsync(string folder, string name, string text) =>
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, name), text);

    private async Task EndAsync() => await guest.RunAsync(
        "stop $(pids load) $(cat disturbance.pid ballast.pid 2> /dev/null); killall cat 2> /dev/null; rm -f *.pid *.jsonl; true");

    private string Fill(string script) => script
        .Replace("WITH_SLOW", row.StartsSlow ? $"ballast {SpareMebibytes} NODES" : "", StringComparison.Ordinal)
        .Replace("END_SLOW", row.StartsSlow ? "stop $(cat ballast.pid)" : "", StringComparison.Ordinal)
        .Replace("PREFIX", row.With, StringComparison.Ordinal)
        .Replace("LOAD", row.Load, StringComparison.Ordinal)
        .Replace("NODES", row.FastNodes, StringComparison.Ordinal)
        .Replace("SECONDS", $"{row.Seconds}", StringComparison.Ordinal)
        .Replace("DISTURBED", row.Disturbance.Length > 0 ? $"{HostRow.SettleSeconds}" : "-1", StringComparison.Ordinal)
        .Replace("DISTURB", row.Disturbance.Length > 0 ? row.Disturbance : "true", StringComparison.Ordinal);
}
