using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Benchmarks.Lab;

/// <summary>A daemon that runs in a lab machine, and the processes that it manages.</summary>
internal sealed class DaemonSession
{
    private const string Functions = """
        cd /tmp
        ask() { command=$1; shift; terrace $command --run-folder /tmp/bench-run "$@"; }
        rounds() { ask targets --json | grep -o '"rounds":[0-9]*' | cut -d: -f2; }

        """;

    private readonly LabMachine _vm;

    private DaemonSession(LabMachine vm, int pid) => (_vm, Pid) = (vm, pid);

    /// <summary>The daemon's process.</summary>
    public int Pid { get; }

    /// <summary>
    /// Starts a daemon with a configuration and waits until it answers; <paramref name="before"/> is run by its shell first.
    /// </summary>
    public static async Task<DaemonSession> StartAsync(LabMachine vm, string configuration, string before = "")
    {
        string pid = await RunAsync(vm, $$"""
            cat > bench.yaml <<'END'
            {{configuration}}
            END
            {{before}}
            terrace daemon --config bench.yaml --run-folder /tmp/bench-run --state-folder /tmp/bench-state 2> daemon.log & daemon=$!
            n=0; until ask status > status 2>&1; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 150 ] && kill -0 $daemon || { cat status daemon.log >&2; exit 1; }
            done
            echo $daemon
            """);
        return new DaemonSession(vm, int.Parse(pid, CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a script in the machine; <c>ask</c> speaks to the daemon, <c>rounds</c> prints the rounds of each process.</summary>
    public Task<string> RunAsync(string script, double minutes = 10) => RunAsync(_vm, script, minutes);

    /// <summary>Starts exercises in the background, each with its own options.</summary>
    public Task ExerciseAsync(params string[] options) =>
        RunAsync(string.Concat(options.Select(each => $"terrace exercise {each} --no-measure --for 1h > /dev/null 2> exercise.err &\n")));

    /// <summary>Waits until that many processes are managed and each has had that many rounds.</summary>
    public Task RoundsAsync(int processes, int rounds) =>
        RunAsync(
            $$"""
            n=0; until [ "$(rounds | awk '$1 >= {{rounds}}' | wc -l)" -ge {{processes}} ]; do
                sleep 1; n=$((n + 1))
                [ $n -lt 400 ] || { ask targets >&2; cat daemon.log >&2; exit 1; }
            done
            """,
            minutes: 15);

    /// <summary>CPU time that the daemon has taken, seconds in steps of 10 ms (proc_pid_stat(5), utime and stime).</summary>
    public async Task<double> CpuSecondsAsync() =>
        double.Parse(await RunAsync($"awk '{{ print $14 + $15 }}' /proc/{Pid}/stat"), CultureInfo.InvariantCulture) / 100;

    /// <summary>A line of the daemon's /proc/PID/status that is in kB, as MB of a million bytes.</summary>
    public async Task<double> MegabytesAsync(string line) =>
        double.Parse(await RunAsync($"awk '/^{line}:/ {{ print $2 }}' /proc/{Pid}/status"), CultureInfo.InvariantCulture) * 1024 / 1e6;

    /// <summary>The groups as they are now.</summary>
    public async Task<IReadOnlyList<Group>> GroupsAsync()
    {
        List<Group> groups = [];
        foreach (string line in (await RunAsync("ask targets --json")).Split('\n').Where(line => line.StartsWith('{')))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement group = document.RootElement;
            groups.Add(new Group(
                group.GetProperty("rule").GetString()!,
                group.GetProperty("bytes").GetInt64(),
                group.GetProperty("fastBytes").GetInt64(),
                group.GetProperty("budgetBytes").GetInt64(),
                group.GetProperty("processes").EnumerateArray().Sum(process => process.GetProperty("rounds").GetInt64())));
        }

        return groups;
    }

    /// <summary>Ends the daemon, and exercises that run.</summary>
    public Task StopAsync() =>
        RunAsync(
            $"kill {Pid}; while kill -0 {Pid} 2> /dev/null; do sleep 0.1; done; for p in $(pidof terrace); do kill $p; done; while "
                + $"pidof terrace > /dev/null; do sleep 0.1; done");

    private static async Task<string> RunAsync(LabMachine vm, string script, double minutes = 10)
    {
        LabResult result = await vm.RunAsync(Functions + script, TimeSpan.FromMinutes(minutes));
        return result.ExitCode == 0
            ? result.Stdout.Trim()
            : throw new InvalidOperationException($"the run in the lab failed ({result.ExitCode}): {result.Stdout} {result.Stderr}");
    }

    /// <summary>A group as <c>terrace targets</c> shows it.</summary>
    internal sealed record Group(string Rule, long Bytes, long FastBytes, long BudgetBytes, long Rounds);
}
