using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Benchmarks.Lab;

/// <summary>
/// What one local user can cost the daemon and those whose memory it manages (lab-vm/strangers). That user's programs take processors,
/// too, which is no matter of the daemon's: in turns with the attack another program of the user takes as much of them, with as many
/// threads, and has nothing to do with the daemon. What the rounds of others lose against that is what the daemon lets happen.
/// </summary>
internal sealed class StrangerFigures(string root, Action<Figure> add)
{
    private const int Processes = 10_000;
    private const int Mappings = 100_000;
    private const int Connections = 1000;
    private const int Victims = 4;

    /// <summary>The host's other work comes and goes: each turn has a stretch without strangers, with them, and with the control.</summary>
    private const int Turns = 2;

    private const int QuietSeconds = 30;
    private const int AttackSeconds = 60;

    /// <summary>Emulated CPUs are some twenty times slower than those that the default limit of 3 % is meant for.</summary>
    private const string Configuration = """
        host: { cpu-limit: 60% }
        rules:
          - { name: work, match: { user: root, command: '*exercise*' }, fast: 50%, interval: 50ms..250ms }
          - { name: mapped, match: { comm: mapper } }
        """;

    /// <summary>Name of the run.</summary>
    public const string Name = "strangers";

    /// <summary>Measures in a machine that has just been booted.</summary>
    public async Task RunAsync(LabMachine vm)
    {
        await vm.PutAsync(await CompiledProgram.StrangersAsync(root, CancellationToken.None), "/bin/strangers");
        await vm.RunAsync("grep -q ^nobody: /etc/passwd || echo nobody:x:65534:65534::/:/bin/sh >> /etc/passwd; chmod 755 /bin/strangers");
        DaemonSession daemon = await DaemonSession.StartAsync(vm, Configuration);

        // Hot sets that move all the time: rounds follow each other closely, so that a minute has enough of them.
        await daemon.ExerciseAsync([.. Enumerable.Repeat("--size 64M --load 2% --phase 3s", Victims)]);
        await daemon.RoundsAsync(Victims, rounds: 5);
        await daemon.RunAsync("sleep 60");
        double before = await daemon.MegabytesAsync("VmRSS");
        double after = 0;
        List<Stretch> quiet = [];
        List<Stretch> attacked = [];
        List<Stretch> controlled = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            quiet.Add(await MeasureAsync(daemon, "quiet", QuietSeconds));
            before = Math.Max(before, turn == 0 ? await daemon.MegabytesAsync("VmRSS") : 0);
            await StartAsync(daemon, $"{Processes} {Mappings} {Connections} /tmp/bench-run/control.sock {AttackSeconds + 5}");
            attacked.Add(await MeasureAsync(daemon, "attacked", AttackSeconds));
            after = Math.Max(after, await daemon.MegabytesAsync("VmRSS"));
            await SayAsync(daemon);
            int thousandths = await EndAsync(daemon);
            await StartAsync(daemon, $"{Processes} {thousandths} {AttackSeconds + 5}");
            controlled.Add(await MeasureAsync(daemon, "control", AttackSeconds));
            await EndAsync(daemon);
        }

        await daemon.RunAsync("! grep -i fault daemon.log");
        double most = await daemon.MegabytesAsync("VmHWM");
        double growth = after - before;
        double delayed = 1 - (PerMinute(attacked) / PerMinute(controlled));
        double plain = 1 - (PerMinute(attacked) / PerMinute(quiet));
        string what = Text($"a user with {Processes} processes of 1-MiB command lines, {Mappings} mappings and {Connections} connections, ")
            + Text($"for a minute: ");
        add(new Figure(
            what + "growth of the daemon's resident memory",
            "≤ 20 MB",
            Text($"{growth:0.0} MB ({before:0.0} MB before, {after:0.0} after, {most:0.0} at most since its start)"),
            growth <= 20,
            new Sample("resident-growth", growth, "MB")));
        add(new Figure(
            what + Text($"rounds of {Victims} managed processes that there are fewer of than while that user takes as much of the ")
                + "processors without the daemon",
            "≤ 10 %",
            Text($"{delayed:p1} ({PerMinute(attacked):0.0} a minute against {PerMinute(controlled):0.0}; without that user ")
                + Text($"{PerMinute(quiet):0.0}, {plain:p1} more than under attack)"),
            delayed <= 0.1,
            Sample.Percent("rounds-delayed", delayed),
            Sample.Percent("rounds-delayed-plain", plain)));
        await daemon.StopAsync();
    }

    private static async Task StartAsync(DaemonSession daemon, string arguments) =>
        await daemon.RunAsync(
            $"rm -f there; su -s /bin/sh nobody -c 'strangers {arguments}' > there 2>&1 & "
                + "n=0; until grep -q there there; do sleep 0.2; n=$((n + 1)); [ $n -lt 3000 ] || { cat there >&2; exit 1; }; done",
            minutes: 12);

    /// <summary>Waits for the end of what was started; how many thousandths of a CPU it took.</summary>
    private static async Task<int> EndAsync(DaemonSession daemon)
    {
        string said = await daemon.RunAsync(
            "n=0; until grep -q thousandths there; do sleep 1; n=$((n + 1)); [ $n -lt 400 ] || exit 1; done; cat there; sleep 5",
            minutes: 12);
        Console.WriteLine($"     {said.ReplaceLineEndings(", ")} of a CPU");
        return int.Parse(said.Split('\n')[^1].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static async Task SayAsync(DaemonSession daemon) =>
        Console.WriteLine("     " + await daemon.RunAsync(
            "ask status | grep -e cost -e 'not looked at' | tr -s ' '; ask targets mapped | grep -i mapp | head -n 3"));

    private static async Task<Stretch> MeasureAsync(DaemonSession daemon, string what, int seconds)
    {
        string now = $$"""
            cut -d' ' -f1 /proc/uptime
            ask targets work --json | grep -o '"rounds":[0-9]*' | cut -d: -f2 | awk '{ n += $1 } END { print n }'
            for task in /proc/{{daemon.Pid}}/task/*; do
                echo "$(tr ' ' _ < $task/comm) $(cut -d' ' -f1 $task/schedstat)"
            done | awk 'NF == 2 { n[$1] += $2 } END { for (name in n) printf "%s %.0f ", name, n[name]; print "" }'

            """;
        string[] lines = (await daemon.RunAsync(now + $"sleep {seconds}\n" + now)).Split('\n');
        Stretch stretch = new(Number(lines[3]) - Number(lines[0]), Number(lines[4]) - Number(lines[1]));
        Dictionary<string, double> begun = TimesIn(lines[2]);
        string times = string.Join(", ", TimesIn(lines[5])
            .Select(entry => (entry.Key, Share: (entry.Value - begun.GetValueOrDefault(entry.Key)) / 1e9 / stretch.Seconds))
            .Where(entry => entry.Share >= 0.005)
            .OrderByDescending(entry => entry.Share)
            .Select(entry => Text($"{entry.Key} {entry.Share:p1}")));
        Console.WriteLine(Text($"     {what}: {stretch.Rounds} rounds in {stretch.Seconds:0.0} s; threads of the daemon: {times}"));
        return stretch;
    }

    private static Dictionary<string, double> TimesIn(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Chunk(2).ToDictionary(pair => pair[0], pair => Number(pair[1]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double PerMinute(List<Stretch> stretches) => stretches.Sum(s => s.Rounds) / stretches.Sum(s => s.Seconds) * 60;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Stretch(double Seconds, double Rounds);
}
