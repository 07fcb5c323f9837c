using System.Globalization;
using System.Text.Json;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>Four equal tenants of 400 MiB on 1 GiB of fast memory; the fourth comes late.</summary>
internal sealed class TenantRun(HostGuest guest, string folder)
{
    private const int LateSeconds = 45;
    private const int AfterSeconds = 75;
    private const int Counted = 15;
    private const int HotPercent = 15;

    /// <summary>Four that compute all the time on two processors would be pressure, for which the daemon holds moves back.</summary>
    private const int BusyPercent = 30;

    private const string Load = "host_load plain 400 0";

    /// <summary>The late one is served once it has this part of what the others have, for some seconds.</summary>
    private const double ServedLike = 0.95;

    private const int ServedFor = 3;
    private static readonly string[] _names = ["one", "two", "three", "late"];

    /// <summary>
    /// Emulated processors are some twenty times slower than those that the default limit of 3 % is meant for, and on a host that has
    /// other work a clear of accessed bits can take a second.
    /// </summary>
    private const string Configuration = """
        host: { cpu-limit: 100%, max-stall: off }
        rules: [{ name: tenants, match: { command: 'host_load*' }, per: process }]
        """;

    /// <summary>With the daemon.</summary>
    public async Task<TenantOutcome> WithTerraceAsync()
    {
        await guest.RunAsync($$"""
            cat > bench.yaml <<'END'
            {{Configuration}}
            END
            export HOT={{HotPercent}} BUSY={{BusyPercent}}
            for name in one two three; do load $name {{Load}}; done
            cut -d' ' -f1 /proc/uptime > began
            terrace daemon --config bench.yaml --run-folder /tmp/bench-run --state-folder /tmp/bench-state 2> daemon.log &
            echo $! > daemon.pid
            until terrace status --run-folder /tmp/bench-run > said 2>&1; do sleep 0.2; done
            terrace events --run-folder /tmp/bench-run --follow > events 2>> said &
            """);
        await WaitAsync();
        Console.WriteLine(await guest.RunAsync("terrace targets --run-folder /tmp/bench-run"));
        double promoted = 0;
        using (JsonDocument status = JsonDocument.Parse(await guest.RunAsync("terrace status --run-folder /tmp/bench-run --json")))
        {
            promoted = status.RootElement.GetProperty("promotedBytes").GetDouble();
        }

        TenantOutcome outcome = await JudgeAsync((long)promoted);
        await HostRun.KeepAsync(folder, "row-tenants.events.jsonl", await guest.RunAsync("cat events"));
        await guest.RunAsync("stop $(cat daemon.pid)");
        await EndAsync();
        return outcome;
    }

    /// <summary>With the kernel's own tiering, from before the first one starts.</summary>
    public async Task<TenantOutcome> WithKernelAsync()
    {
        await guest.RunAsync($$"""
            echo 2 > /proc/sys/kernel/numa_balancing
            echo true > /sys/kernel/mm/numa/demotion_enabled
            export HOT={{HotPercent}} BUSY={{BusyPercent}}
            counter pgpromote_success > promoted
            for name in one two three; do load $name {{Load}}; done
            cut -d' ' -f1 /proc/uptime > began
            """);
        await WaitAsync();
        string pages = await guest.RunAsync("echo $(($(counter pgpromote_success) - $(cat promoted)))");
        TenantOutcome outcome = await JudgeAsync(long.Parse(pages, CultureInfo.InvariantCulture) * HostGuest.PageBytes);
        await EndAsync();
        return outcome;
    }

    private async Task WaitAsync() => await guest.RunAsync($$"""
        n=0
        while [ $n -lt {{LateSeconds}} ]; do sleep 15; n=$((n + 15)); say $n one; done
        export HOT={{HotPercent}} BUSY={{BusyPercent}}
        load late {{Load}}
        while [ $n -lt {{LateSeconds + AfterSeconds}} ]; do sleep 15; n=$((n + 15)); say $n late; done
        """);

    private async Task<TenantOutcome> JudgeAsync(long promoted)
    {
        double began = HostGuest.Numbers(await guest.RunAsync("cat began"))[0][0];
        List<LoadLog> logs = [];
        foreach (string name in _names)
        {
            logs.Add(await guest.LogAsync(name));
        }

        LoadLog late = logs[^1];
        double end = logs.Min(log => log.Reports[^1].Uptime);
        double misplaced = logs.SkipLast(1).Sum(log => log.Hot - log.Before(began).HotFast) + late.Hot - late.Reports[0].HotFast;
        EvenTenants.Start[] starts = [.. logs.Select(log => StartOf(log, log == late ? log.Reports[0] : log.Before(began)))];
        return new TenantOutcome
        {
            Hits = [.. logs.Select(log => LoadLog.Served(log.Between(end - Counted, end)))],
            LateSeconds = ServedFrom(late, [.. logs.SkipLast(1)]),
            PromotedBytes = promoted,
            MisplacedBytes = (long)misplaced * HostGuest.PageBytes,
            LeastBytes = HostGuest.PageBytes
                * EvenTenants.LeastPromoted(starts, logs.Sum(log => log.Before(end).Fast), HostFigures.MostSpread),
        };
    }

    private static EvenTenants.Start StartOf(LoadLog log, LoadLog.Report report) =>
        new(log.Pages, log.Hot, report.Fast, report.HotFast);

    private static double? ServedFrom(LoadLog late, LoadLog[] others)
    {
        int held = 0;
        foreach (LoadLog.Report report in late.Reports)
        {
            double mean = others.Average(log => LoadLog.Served([log.Before(report.Uptime)]));
            held = LoadLog.Served([report]) >= ServedLike * mean ? held + 1 : 0;
            if (held == ServedFor)
            {
                return Math.Max(0, report.Uptime - (ServedFor - 1) - late.Started);
            }
        }

        return null;
    }

    private async Task EndAsync() => await guest.RunAsync(
        $"for name in {string.Join(' ', _names)}; do stop $(pids $name); done; rm -f *.pid *.jsonl");
}
