using System.Globalization;
using Terrace.Benchmarks.Lab;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Comparison;

/// <summary>
/// <c>./bench --compare FILE</c>: another build of the program, FILE, against artifacts/terrace, as whole processes, in turns,
/// so that whatever else the machine does affects both equally.
/// </summary>
internal sealed class ProgramComparison(string root, string file)
{
    private const double Mebibyte = 1 << 20;
    private const int Starts = 41;
    private const int Simulations = 5;
    private const int Scans = 5;

    private readonly string _ours = Path.Combine(root, "artifacts", "terrace");
    private readonly List<Medians> _figures = [];

    /// <summary>
    /// Measures, prints a table and writes it to artifacts/benchmarks/compare.md; 0 when every figure with a limit reached it.
    /// </summary>
    public async Task<int> RunAsync(bool lab)
    {
        OnThisMachine();
        Kernels();
        if (lab)
        {
            await InTheLabAsync();
        }

        string[] table = [.. Medians.Head, .. _figures.Select(figure => figure.Row)];
        Array.ForEach(table, Console.WriteLine);
        string report = Path.Combine(root, "artifacts", "benchmarks", "compare.md");
        Directory.CreateDirectory(Path.GetDirectoryName(report)!);
        await File.WriteAllLinesAsync(report, table);
        Console.WriteLine($"written to {report}");
        return _figures.TrueForAll(figure => figure.Holds) ? 0 : 1;
    }

    private void OnThisMachine()
    {
        _figures.Add(Medians.AtMost("file", "MB", [Megabytes(file)], [Megabytes(_ours)], 20));
        _figures.Add(Medians.AtMost("file packed with xz, as a package has it", "MB", [Packed(file)], [Packed(_ours)], 7));
        (List<double> old, List<double> ours) = InTurns(Starts, program => ProgramRun.Of(program, "--version").Wall.TotalMilliseconds);
        _figures.Add(Medians.AtMostPart($"`--version`, wall, median of {Starts}", "ms", old, ours, 1.0 / 3, "≤ 1/3"));
        (old, ours) = InTurns(
            Simulations, program => ProgramRun.Of(program, "simulate", "--workload", "zipf", "--for", "300s", "--json").Cpu.TotalSeconds);
        _figures.Add(
            Medians.AtMostPart($"`simulate --workload zipf --for 300s`, CPU, median of {Simulations}", "s", old, ours, 0.9, "≤ 0.9"));
    }

    // The same program compiled as what ships and by the JIT for this processor.
    private void Kernels()
    {
        const int Turns = 3;

        // As terrace-portable is set: code is compiled fully at its first call.
        Environment.SetEnvironmentVariable("DOTNET_TieredCompilation", "0");
        string shipped = Path.Combine(root, "artifacts", "ship-kernels", "publish", "terrace-kernels");
        string jit = Path.Combine(root, "artifacts", "build", "bin", "Terrace.Kernels", "release", "terrace-kernels");
        Dictionary<string, (List<double> Jit, List<double> Shipped)> times = [];
        for (int turn = 0; turn < Turns; turn++)
        {
            foreach ((string program, bool isShipped) in new[] { (jit, false), (shipped, true) })
            {
                foreach (
                    string[] line in ProgramRun.Of(program, "time").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(line => line.Split('\t')))
                {
                    (List<double> Jit, List<double> Shipped) both = times.TryGetValue(
                        line[0], out (List<double> Jit, List<double> Shipped) found) ? found : ([], []);
                    (isShipped ? both.Shipped : both.Jit).Add(double.Parse(line[1], CultureInfo.InvariantCulture));
                    times[line[0]] = both;
                }
            }
        }

        foreach ((string name, (List<double> ofJit, List<double> ofShipped)) in times)
        {
            _figures.Add(
                Medians.AtMostPart($"kernel, this source by the JIT and as shipped: {name}", "ns a page", ofJit, ofShipped, 1.1, "≤ 1.1"));
        }
    }

    private async Task InTheLabAsync()
    {
        await using LabMachine vm = await LabMachine.BootAsync(new LabSpec());
        await vm.PutAsync(file, "/bin/old/terrace");
        await vm.PutAsync(_ours, "/bin/new/terrace");
        await vm.RunAsync("echo 0 > /proc/sys/kernel/numa_balancing");
        (double[] old, double[] ours) = (await NumbersAsync(vm, "old", Starting), await NumbersAsync(vm, "new", Starting));
        _figures.Add(Medians.AtMostPart($"lab: `--version`, wall, median of {Scans}", "s", old, ours, 1.0 / 3, "≤ 1/3"));
        (old, ours) = (await NumbersAsync(vm, "old", Resting), await NumbersAsync(vm, "new", Resting));
        _figures.Add(Medians.AtMost("lab: daemon, nothing managed, RSS after 75 s", "MiB", [old[0] / Mebibyte], [ours[0] / Mebibyte], 12));
        _figures.Add(
            Medians.AtMost(
                "lab: daemon, managing 300 MiB, RSS, median of 9 looks",
                "MiB",
                [.. old[1..].Select(b => b / Mebibyte)],
                [.. ours[1..].Select(b => b / Mebibyte)],
                20));
        await vm.RunAsync("/bin/new/terrace exercise --size 300M --load 2% --no-measure --for 1h > /dev/null 2>&1 & sleep 20");
        List<double> oldScans = [];
        List<double> ourScans = [];
        for (int scan = 0; scan < Scans; scan++)
        {
            oldScans.AddRange(await NumbersAsync(vm, "old", Scanning));
            ourScans.AddRange(await NumbersAsync(vm, "new", Scanning));
        }

        _figures.Add(Medians.AtMostPart($"lab: `scan` of 300 MiB, CPU, median of {Scans}", "s", oldScans, ourScans, 0.25, "≤ 1/4"));
    }

    // The clock of the machine tells hundredths of a second.
    private static string Starting => $$"""
        now() { cut -d' ' -f1 /proc/uptime; }
        n=0; while [ $n -lt {{Scans}} ]; do
            n=$((n + 1)); a=$(now); terrace --version > /dev/null; now | awk -v a=$a '{ print $1 - a }'
        done
        """;

    private static string Resting => """
        cd /tmp
        printf 'host: { cpu-limit: 100%% }\nrules: [{ name: all, match: { command: "*exercise*" } }]\n' > compare.yaml
        terrace daemon --config compare.yaml --run-folder /tmp/compare-run --state-folder /tmp/compare-state 2> compare.log & daemon=$!
        until terrace status --run-folder /tmp/compare-run > /dev/null 2>&1; do
            kill -0 $daemon || { cat compare.log >&2; exit 1; }
            sleep 0.2
        done
        resident() { awk '/^VmRSS:/ { print $2 * 1024 }' /proc/$daemon/status; }
        sleep 75
        resident
        terrace exercise --size 300M --load 2% --no-measure --for 1h > /dev/null 2>&1 & exercise=$!
        sleep 120
        n=0; while [ $n -lt 9 ]; do n=$((n + 1)); sleep 3; resident; done
        kill $daemon $exercise
        while kill -0 $daemon 2> /dev/null || kill -0 $exercise 2> /dev/null; do sleep 0.2; done
        """;

    // Of children that have ended, in hundredths of a second (proc_pid_stat(5), cutime and cstime): cut's own is in neither, or
    // too little to see.
    private static string Scanning => """
        terrace scan $(pidof terrace) > /dev/null || exit 1
        read -r stat < /proc/$$/stat
        set -- ${stat##*) }
        echo $((${14} + ${15})) | awk '{ print $1 / 100 }'
        """;

    private static async Task<double[]> NumbersAsync(LabMachine vm, string which, string script)
    {
        LabResult result = await vm.RunAsync($"PATH=/bin/{which}:$PATH\n{script}", TimeSpan.FromMinutes(10));
        return result.ExitCode == 0
            ?
            [
                .. result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => double.Parse(line, CultureInfo.InvariantCulture)),
            ]
            : throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stdout} {result.Stderr}");
    }

    private (List<double> Old, List<double> New) InTurns(int times, Func<string, double> measure)
    {
        List<double> old = [];
        List<double> ours = [];

        // The first of each reads the file and is not counted.
        for (int turn = -1; turn < times; turn++)
        {
            double before = measure(file);
            double now = measure(_ours);
            if (turn >= 0)
            {
                old.Add(before);
                ours.Add(now);
            }
        }

        return (old, ours);
    }

    private static double Megabytes(string path) => new FileInfo(path).Length / 1e6;

    private static double Packed(string path)
    {
        string packed = Path.GetTempFileName();
        try
        {
            ProgramRun.Of("sh", "-c", "exec xz -c \"$0\" > \"$1\"", path, packed);
            return Megabytes(packed);
        }
        finally
        {
            File.Delete(packed);
        }
    }
}
