using System.Globalization;
using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>A <c>terrace exercise</c> in the background of a lab machine, and what it reports.</summary>
internal sealed class Exercised
{
    private readonly LabMachine _vm;

    private Exercised(LabMachine vm, int pid) => (_vm, Pid) = (vm, pid);

    public int Pid { get; }

    /// <summary>Starts it and waits until its memory is filled and it has reported twice.</summary>
    public static async Task<Exercised> StartAsync(LabMachine vm, string options)
    {
        LabResult result = await vm.RunAsync(
            $$"""
            rm -f /tmp/exercise.jsonl
            terrace exercise {{options}} --json > /tmp/exercise.jsonl 2> /tmp/exercise.err &
            pid=$!
            n=0
            until [ "$(grep -c '"event":"report"' /tmp/exercise.jsonl)" -ge 2 ]; do
                sleep 0.2; n=$((n + 1))
                [ $n -lt 600 ] && kill -0 $pid || { cat /tmp/exercise.err >&2; exit 1; }
            done
            echo $pid
            """,
            TimeSpan.FromMinutes(3),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"exercise did not start: {result.Stderr}");
        return new Exercised(vm, int.Parse(result.Stdout.Trim(), CultureInfo.InvariantCulture));
    }

    /// <summary>The last report's number of a name.</summary>
    public async Task<double> LastAsync(string name)
    {
        LabResult result = await _vm.RunAsync(
            """grep '"event":"report"' /tmp/exercise.jsonl | tail -n 1""",
            ct: TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(result.Stdout);
        return document.RootElement.GetProperty(name).GetDouble();
    }

    /// <summary>
    /// The share of a managed process's pages that was in fast memory at the end, from /tmp/summary.json: of all its pages, not
    /// only the arena's.
    /// </summary>
    public static async Task<double> ManagedShareAsync(LabMachine vm)
    {
        LabResult result = await vm.RunAsync("cat /tmp/summary.json", ct: TestContext.Current.CancellationToken);
        using JsonDocument document = JsonDocument.Parse(result.Stdout);
        JsonElement process = document.RootElement.GetProperty("processes")[0];
        return process.GetProperty("fastPages").GetDouble() / process.GetProperty("pages").GetDouble();
    }

    /// <summary>Ends it; fails unless it ran to its end unharmed.</summary>
    public async Task EndAsync()
    {
        LabResult result = await _vm.RunAsync(
            $$"""
            kill {{Pid}} || exit 9
            n=0
            while [ -d /proc/{{Pid}} ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n + 1)); done
            [ ! -s /tmp/exercise.err ] || { cat /tmp/exercise.err >&2; exit 8; }
            tail -n 1 /tmp/exercise.jsonl | grep -q '"event":"final"'
            """,
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"the exercise was harmed: {result.ExitCode} {result.Stderr}");
    }
}
