using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab;

/// <summary>What the daemon costs and how well it keeps what was asked for, at its default cadence.</summary>
internal sealed class DaemonFigures(string root, Func<LabSpec, Task<LabMachine>> boot, Action<Figure> add)
{
    // The limit on its CPU time would hide what it needs; emulated CPUs are some twenty times slower than those that the limit is
    // meant for.
    internal const string Host = "host: { cpu-limit: 100% }\n";
    private const double Mebibyte = 1 << 20;

    /// <summary>Names of the runs.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["daemon-memory", "daemon-start", "daemon-ratio", "daemon-shortage", "daemon-many", "daemon-idle", "daemon-tracking"];

    /// <summary>Does one of them.</summary>
    public async Task RunAsync(string name)
    {
        LabSpec spec = name switch
        {
            "daemon-memory" => new LabSpec { Nodes = NodeSpec.ParseList("dram:2G,cxl:6G") },
            "daemon-many" => new LabSpec { Nodes = NodeSpec.ParseList("dram:2G,cxl:2G") },
            "daemon-idle" => new LabSpec { Nodes = NodeSpec.ParseList("dram:3G,cxl:3G") },
            "daemon-tracking" => new LabSpec { Kernel = "tracking" },
            _ => new LabSpec(),
        };
        await using LabMachine vm = await boot(spec);
        await (name switch
        {
            "daemon-memory" => MemoryAsync(vm),
            "daemon-start" => StartAsync(vm),
            "daemon-ratio" => RatioAsync(vm),
            "daemon-shortage" => ShortageAsync(vm),
            "daemon-many" => ManyAsync(vm),
            "daemon-idle" => new IdleFigures(root, add).RunAsync(vm),
            _ => TrackingAsync(vm),
        });
    }

    private async Task MemoryAsync(LabMachine vm)
    {
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Host + "rules: [{ name: all, match: { command: '*exercise*' } }]");
        double started = await daemon.MegabytesAsync("VmRSS");
        await daemon.RunAsync("sleep 10");
        double soon = await daemon.MegabytesAsync("VmRSS");
        await daemon.RunAsync("sleep 80");
        double idle = await daemon.MegabytesAsync("VmRSS");
        double own = await daemon.MegabytesAsync("RssAnon");
        double files = await daemon.MegabytesAsync("RssFile") + await daemon.MegabytesAsync("RssShmem");
        Console.WriteLine(Text($"     nothing managed: {started:0.0} MB resident when it first answers, {soon:0.0} MB ten seconds later,")
            + Text($" {idle:0.0} MB another 80 s later, {own:0.0} of it its own, {files:0.0} of files"));
        Sample sample = new("idle", idle, "MB");
        const string What = "daemon's resident memory, nothing managed, after a minute and a half";
        add(new Figure(What, "≤ 40 MB", Text($"{idle:0.0} MB"), idle <= 40, sample));

        // What more memory costs is the difference between much and little. The first two bring the code that either runs, which
        // then stays: the second two are compared.
        await ManageAsync("128M");
        await EndAsync();
        await ManageAsync("3500M");
        await EndAsync();
        (double Gib, double Tracking, double Resident) little = await ManagedAsync("128M");
        (double Gib, double Tracking, double Resident) much = await ManagedAsync("3500M");
        double each = (much.Resident - little.Resident) / (much.Gib - little.Gib);
        add(new Figure(
            "daemon's resident memory for each GiB managed: two processes of 3500 MiB against two of 128 MiB, "
                + "each managed for the second time, medians of 9 looks",
            "≤ 0.6 MB",
            Text($"{each:0.00} MB ({little.Resident:0.0} and {much.Resident:0.0} MB for {little.Gib:0.00} and {much.Gib:0.00} GiB); ")
                + Text($"for tracking alone, as it says itself, {much.Tracking / much.Gib:0.00} MB for each GiB"),

            // Less with more is a daemon that had not settled, and shows nothing.
            each is >= 0 and <= 0.6 && much.Tracking / much.Gib <= 0.6,
            new Sample("resident-per-gib", each, "MB"),
            new Sample("tracking-per-gib", much.Tracking / much.Gib, "MB")));
        await daemon.StopAsync();

        async Task<(double Gib, double Tracking, double Resident)> ManagedAsync(string size)
        {
            await ManageAsync(size);

            // It gives back what it needed for a while a minute after a reload, or after five of its own accord; nobody asks from then on.
            await daemon.RunAsync("ask reload; sleep 100");
            List<double> looks = [];
            for (int look = 0; look < 9; look++)
            {
                await daemon.RunAsync("sleep 3");
                looks.Add(await daemon.MegabytesAsync("VmRSS"));
            }

            double anonymous = await daemon.MegabytesAsync("RssAnon");
            double managed = (await daemon.GroupsAsync()).Sum(group => group.Bytes) / (1024 * Mebibyte);
            string bytes = await daemon.RunAsync("ask status --json | grep -o '\"trackingBytes\":[0-9]*' | cut -d: -f2");
            double tracks = double.Parse(bytes, CultureInfo.InvariantCulture) / 1e6;
            string seen = string.Join(' ', looks.Select(look => look.ToString("0.0", CultureInfo.InvariantCulture)));
            Console.WriteLine(Text($"     managing {managed:0.00} GiB: {seen} MB resident, {anonymous:0.0} of it its own"));
            await EndAsync();
            return (managed, tracks, looks.Order().ElementAt(4));
        }

        async Task ManageAsync(string size)
        {
            await daemon.ExerciseAsync([.. Enumerable.Repeat($"--size {size} --load 2%", 2)]);
            await daemon.RoundsAsync(processes: 2, rounds: 5);

            // Until they have filled their memory and what is to move has moved.
            await daemon.RunAsync("sleep 90");
        }

        Task EndAsync() => daemon.RunAsync("for p in $(pidof terrace); do [ $p = " + daemon.Pid + " ] || kill $p; done; sleep 10");
    }

    private async Task StartAsync(LabMachine vm)
    {
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Host + "rules: [{ name: all, match: { command: 'sleep 77*' } }]");
        List<double> seconds = [];
        for (int i = 0; i < 7; i++)
        {
            // Waited for in the daemon's own stream of events, which takes no CPU time meanwhile.
            string hundredths = await daemon.RunAsync($$"""
                now() { cut -d' ' -f1 /proc/uptime | tr -d .; }
                ask events --follow > events 2>&1 & follower=$!
                sleep 4
                sleep 77{{i}} & started=$(now); pid=$!
                until grep -q "\"round\",\"pid\":$pid," events; do
                    usleep 20000
                    [ $(($(now) - started)) -lt 3000 ] || { cat events >&2; exit 1; }
                done
                echo $(($(now) - started))
                kill $pid $follower
                """);
            seconds.Add(double.Parse(hundredths, CultureInfo.InvariantCulture) / 100);
        }

        seconds.Sort();
        double median = seconds[seconds.Count / 2];
        add(new Figure(
            "from a process's start to the end of its first managed round, median of 7",
            "≤ 2 s",
            Text($"{median:0.0} s (longest {seconds[^1]:0.0} s)"),
            median <= 2,
            new Sample("first-round", median, "s", seconds[0], seconds[^1])));
        await daemon.StopAsync();
    }

    private async Task RatioAsync(LabMachine vm)
    {
        (string Size, double Share)[] targets = [("130M", 0.2), ("140M", 0.5), ("150M", 0.8)];
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Host + "rules:\n" + Rules(targets));
        await daemon.ExerciseAsync([.. targets.Select(target => $"--size {target.Size} --load 5%")]);
        await daemon.RoundsAsync(processes: 3, rounds: 8);
        double worst = 0;
        for (int look = 0; look < 6; look++)
        {
            await daemon.RunAsync("sleep 5");
            IReadOnlyList<DaemonSession.Group> groups = await daemon.GroupsAsync();
            worst = Math.Max(worst, groups.Max(group => Math.Abs(((double)group.FastBytes / group.Bytes) - ShareOf(targets, group))));
        }

        add(new Figure(
            "ratio error in the steady state, largest of 20, 50 and 80 % targets over 30 s",
            "≤ 1 %",
            worst.ToString("p2", CultureInfo.InvariantCulture),
            worst <= 0.01,
            Sample.Percent("error", worst)));
        await daemon.StopAsync();
    }

    private async Task ShortageAsync(LabMachine vm)
    {
        (string Size, double Share)[] targets = [("690M", 0.2), ("700M", 0.5), ("710M", 0.8)];
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Host + "rules:\n" + Rules(targets));
        await daemon.ExerciseAsync([.. targets.Select(target => $"--size {target.Size} --load 5%")]);
        await daemon.RoundsAsync(processes: 3, rounds: 10);

        // What the last of them is still giving up, the others cannot have yet: each has a round of its own once in 30 s at the latest.
        await daemon.RunAsync("sleep 45");
        double worst = 0;
        double given = 0;
        for (int look = 0; look < 6; look++)
        {
            await daemon.RunAsync("sleep 5");
            IReadOnlyList<DaemonSession.Group> groups = await daemon.GroupsAsync();

            // Fair is what was asked for, cut alike for all until it fits.
            given = groups.Sum(group => group.BudgetBytes) / groups.Sum(group => group.Bytes * ShareOf(targets, group));
            foreach (DaemonSession.Group group in groups)
            {
                double fair = given * group.Bytes * ShareOf(targets, group);
                worst = Math.Max(worst, Math.Abs(group.FastBytes - fair) / group.Bytes);
                Console.WriteLine(Text($"     {group.Rule}: {group.FastBytes / Mebibyte:0.0} MiB fast, ")
                    + Text($"{group.BudgetBytes / Mebibyte:0.0} its part, {fair / Mebibyte:0.0} fair"));
            }
        }

        add(new Figure(
            Text($"three groups that ask for 20, 50 and 80 % of 700 MiB each, and get {given:p0} of it: ")
                + "largest distance from the fair part, of their pages, over 30 s",
            "≤ 1 %",
            worst.ToString("p2", CultureInfo.InvariantCulture),
            worst <= 0.01 && given < 0.95,
            Sample.Percent("distance", worst)));
        await daemon.StopAsync();
    }

    private async Task ManyAsync(LabMachine vm)
    {
        const int Sleepers = 4950;
        const int Managed = 50;
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Host + "rules: [{ name: few, match: { command: 'sleep 7777' } }]");
        await daemon.RunAsync($"""
            i=0; while [ $i -lt {Sleepers} ]; do i=$((i + 1)); sleep 8888 & done
            i=0; while [ $i -lt {Managed} ]; do i=$((i + 1)); sleep 7777 & done
            echo begun
            """);
        await daemon.RoundsAsync(processes: Managed, rounds: 3);
        await daemon.RunAsync("sleep 60");
        double before = await daemon.CpuSecondsAsync();
        await daemon.RunAsync("sleep 120");
        double share = (await daemon.CpuSecondsAsync() - before) / 120;
        Console.WriteLine(Text($"     of the status: {await daemon.RunAsync("ask status | grep cost")}"));
        add(new Figure(
            Text($"CPU time while {Sleepers + Managed} processes sleep, {Managed} of them managed, of one (emulated) CPU, over 120 s"),
            "≤ 1 %",
            share.ToString("p2", CultureInfo.InvariantCulture),
            share <= 0.01,
            Sample.Percent("cpu", share)));
        await daemon.RunAsync("killall sleep; true");
        await daemon.StopAsync();
    }

    // A round is five scans; between rounds it looks at all pages every six seconds where a sample cannot be cleared alone, as with
    // page_idle/bitmap, which is a scan more each time.
    // Looks at samples are not counted as scans, and what they cost is.
    private async Task TrackingAsync(LabMachine vm)
    {
        const int ScansPerRound = 5;
        const int LeastScans = 40;
        Dictionary<string, double> perScan = [];
        long least = long.MaxValue;
        foreach (string tracker in new[] { "page-tables", "idle-bitmap" })
        {
            // Decisions only: what moving costs is the same with either.
            DaemonSession daemon = await DaemonSession.StartAsync(
                vm,
                "host: { cpu-limit: 100%, dry-run: true }\n"
                    + $"rules: [{{ name: all, match: {{ command: '*exercise*' }}, tracker: {tracker} }}]");
            await daemon.ExerciseAsync([.. Enumerable.Repeat("--size 256M --load 2%", 8)]);

            // It is followed from here on, so that all code that reports a round has run when counting begins.
            await daemon.RunAsync("ask events --follow > events 2> /dev/null & echo begun");
            await daemon.RoundsAsync(processes: 8, rounds: 2);
            await daemon.RunAsync("wc -l < events > before");
            double cpu = await daemon.CpuSecondsAsync();
            string[] counted = (await daemon.RunAsync("""
                sleep 180
                tail -n +$(($(cat before) + 1)) events | grep -o '"event":"round".*' | sed 's/.*"looks":\([0-9]*\).*/\1/' |
                    awk '{ rounds++; looks += $1 } END { print rounds + 0, looks + 0 }'
                """)).Split(' ');
            cpu = await daemon.CpuSecondsAsync() - cpu;
            long rounds = long.Parse(counted[0], CultureInfo.InvariantCulture);
            long looks = long.Parse(counted[1], CultureInfo.InvariantCulture);
            long scans = (rounds * ScansPerRound) + (tracker == "idle-bitmap" ? looks : 0);
            (perScan[tracker], least) = (cpu / scans, Math.Min(least, scans));
            Console.WriteLine(Text($"     {tracker}: {cpu:0.00} s of CPU time for {rounds} rounds and {looks} looks in three minutes,")
                + Text($" {1000 * cpu / scans:0.0} ms for each scan of 256 MiB"));
            await daemon.StopAsync();
        }

        double ratio = perScan["idle-bitmap"] / perScan["page-tables"];
        add(new Figure(
            "CPU time of the daemon for each scan of a process of 256 MiB, eight of them at the default cadence, decisions included, "
                + "against the same with page_idle/bitmap",
            "20 × cheaper",
            Text($"{ratio:0.0} × ({1000 * perScan["page-tables"]:0} against {1000 * perScan["idle-bitmap"]:0} ms)"),
            ratio >= 20 && least >= LeastScans,
            new Sample("ratio", ratio, "x")));
    }

    private static string Rules((string Size, double Share)[] targets) =>
        string.Concat(targets.Select(target => Text($"  - {{ name: s{target.Share * 100:0}, ")
            + Text($"match: {{ command: '*exercise --size {target.Size} *' }}, fast: {target.Share * 100:0}% }}\n")));

    private static double ShareOf((string Size, double Share)[] targets, DaemonSession.Group group) =>
        targets.Single(target => string.Create(CultureInfo.InvariantCulture, $"s{target.Share * 100:0}") == group.Rule).Share;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
