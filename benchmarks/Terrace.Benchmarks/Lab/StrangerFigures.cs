using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Benchmarks.Lab;

/// <summary>What one local user can cost the daemon and those whose memory it manages (lab-vm/strangers).</summary>
internal sealed class StrangerFigures(string root, Action<Figure> add)
{
    private const int Processes = 10_000;
    private const int Mappings = 100_000;
    private const int Connections = 1000;
    private const int Seconds = 60;
    private const int Victims = 4;

    /// <summary>Emulated CPUs are some twenty times slower than those that the default limit of 3 % is meant for.</summary>
    private const string Configuration = """
        host: { cpu-limit: 60% }
        rules:
          - { name: work, match: { user: root, command: '*exercise*' }, fast: 50% }
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
        long quiet = await RoundsInAMinuteAsync(daemon);
        before = Math.Max(before, await daemon.MegabytesAsync("VmRSS"));

        // Connections begin with the minute that counts, as soon as all processes are there; the daemon has seen some by then.
        int given = Seconds + 60;
        await daemon.RunAsync(
            $"su -s /bin/sh nobody -c 'strangers {Processes} {Mappings} {Connections} /tmp/bench-run/control.sock {given}' > there 2>&1 & "
                + "n=0; until grep -q there there; do sleep 0.2; n=$((n + 1)); [ $n -lt 3000 ] || { cat there >&2; exit 1; }; done",
            minutes: 12);
        long during = await RoundsInAMinuteAsync(daemon);
        double after = await daemon.MegabytesAsync("VmRSS");
        double most = await daemon.MegabytesAsync("VmHWM");
        Console.WriteLine(Text($"     {await daemon.RunAsync("ask status --json | grep -o '\"unseenProcesses\":[0-9]*'")}, ")
            + await daemon.RunAsync("ask status | grep -e cost -e 'not looked at' | tr -s ' '; ask targets | grep -i mapp | head -n 3"));
        await daemon.RunAsync("n=0; until grep connections there; do sleep 1; n=$((n + 1)); [ $n -lt 120 ] || exit 1; done");
        Console.WriteLine($"     {await daemon.RunAsync("grep connections there")} were made; the log: "
            + await daemon.RunAsync("grep -c . daemon.log; grep -e 'wait to be' daemon.log | head -n 2; ! grep -i fault daemon.log"));
        double growth = after - before;
        double delayed = 1 - ((double)during / quiet);
        string what = Text($"a user with {Processes} processes of 1-MiB command lines, {Mappings} mappings and {Connections} connections, ")
            + Text($"for a minute: ");
        add(new Figure(
            what + "growth of the daemon's resident memory",
            "≤ 20 MB",
            Text($"{growth:0.0} MB ({before:0.0} MB before, {after:0.0} after, {most:0.0} at most since its start)"),
            growth <= 20,
            new Sample("resident-growth", growth, "MB")));
        add(new Figure(
            what + Text($"rounds of {Victims} managed processes that there are fewer of, against the minute before"),
            "≤ 10 %",
            Text($"{delayed:p1} ({during} rounds against {quiet})"),
            delayed <= 0.1,
            Sample.Percent("rounds-delayed", delayed)));
        await daemon.StopAsync();
    }

    private static async Task<long> RoundsInAMinuteAsync(DaemonSession daemon)
    {
        const string Count = "ask targets work --json | grep -o '\"rounds\":[0-9]*' | cut -d: -f2 | awk '{ n += $1 } END { print n }'";
        string[] counts = (await daemon.RunAsync($"{Count}; sleep {Seconds}; {Count}")).Split('\n');
        return long.Parse(counts[1], CultureInfo.InvariantCulture) - long.Parse(counts[0], CultureInfo.InvariantCulture);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
