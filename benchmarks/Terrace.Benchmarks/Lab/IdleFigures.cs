using System.Globalization;
using Terrace.Benchmarks.History;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;

namespace Terrace.Benchmarks.Lab;

/// <summary>What ten thousand managed processes that sleep cost the daemon (lab-vm/sleepers).</summary>
internal sealed class IdleFigures(string root, Action<Figure> add)
{
    private const int Processes = 10_000;
    private const int MostDescriptorsEach = 2;

    /// <summary>What the daemon has open in addition to its processes.</summary>
    private const int Others = 100;

    /// <summary>A quarter of 127 MB for 804, which a build before this took.</summary>
    private const double MostKilobytesEach = 127_000.0 / 804 / 4;

    /// <summary>Seconds over which processor time is counted.</summary>
    private const int Counted = 300;

    /// <summary>Measures in a machine that has just been booted.</summary>
    public async Task RunAsync(LabMachine vm)
    {
        await vm.PutAsync(await CompiledProgram.SleepersAsync(root, CancellationToken.None), "/bin/sleepers");
        DaemonSession daemon = await DaemonSession.StartAsync(
            vm, DaemonFigures.Host + "rules: [{ name: all, match: { command: 'sleepers*' } }]", "ulimit -n 65536");
        double alone = await daemon.MegabytesAsync("VmRSS");
        int others = await NumberAsync(daemon, $"ls /proc/{daemon.Pid}/fd | wc -l");
        await daemon.RunAsync($"sleepers {Processes - 1} 16 > asleep & until grep -q asleep asleep; do sleep 1; done", minutes: 10);
        await daemon.RunAsync(
            $"until ask status --json | grep -q '\"processes\":{Processes},'; do sleep 2; done", minutes: 30);
        int open = await NumberAsync(daemon, $"ls /proc/{daemon.Pid}/fd | wc -l");

        // First rounds of all, and rests that grow to a minute.
        await daemon.RunAsync("sleep 900", minutes: 20);
        double resident = await daemon.MegabytesAsync("VmRSS");
        double before = await daemon.CpuSecondsAsync();
        await daemon.RunAsync($"sleep {Counted}");
        double share = (await daemon.CpuSecondsAsync() - before) / Counted;
        double kilobytes = resident * 1000 / Processes;
        Console.WriteLine(Text($"     {others} descriptors and {alone:0.0} MB with nothing managed, {open} and {resident:0.0} MB with ")
            + Text($"{Processes} processes"));
        add(new Figure(
            Text($"descriptors of the daemon for each of {Processes} managed processes that sleep, in addition to {Others} at most"),
            "≤ 2",
            Text($"{(open - others) / (double)Processes:0.00} ({open} in all)"),
            open <= (Processes * MostDescriptorsEach) + Others,
            new Sample("descriptors-each", (open - others) / (double)Processes, "files")));
        add(new Figure(
            "the daemon's resident memory for each of them, all of it divided by their number",
            Text($"≤ {MostKilobytesEach:0.0} kB"),
            Text($"{kilobytes:0.0} kB"),
            kilobytes <= MostKilobytesEach,
            new Sample("resident-each", kilobytes, "kB")));
        add(new Figure(
            Text($"CPU time meanwhile, of one (emulated) CPU, over {Counted} s"),
            "≤ 1 %",
            share.ToString("p2", CultureInfo.InvariantCulture),
            share <= 0.01,
            Sample.Percent("cpu", share)));
        await daemon.RunAsync("killall sleepers; true");
        await daemon.StopAsync();
    }

    private static async Task<int> NumberAsync(DaemonSession daemon, string script) =>
        int.Parse(await daemon.RunAsync(script), CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
