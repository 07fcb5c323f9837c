using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary>The commands on a real two-tier kernel, as a user sees them.</summary>
[Collection("lab")]
public sealed class CommandsLabTests(LabFixture lab)
{
    [Fact]
    public async Task Topology_shows_both_tiers_with_their_latencies_and_targets()
    {
        JsonElement topology = await JsonAsync("terrace topology --json");
        Assert.Equal("[[0],[1]]", JsonSerializer.Serialize(topology.GetProperty("tiers")));
        JsonElement fast = topology.GetProperty("nodes")[0];
        JsonElement slow = topology.GetProperty("nodes")[1];
        Assert.Equal(
            (1, JsonValueKind.Null), (fast.GetProperty("demotionTarget").GetInt32(), fast.GetProperty("promotionTarget").ValueKind));
        Assert.Equal(
            (0, JsonValueKind.Null), (slow.GetProperty("promotionTarget").GetInt32(), slow.GetProperty("demotionTarget").ValueKind));
        Assert.True(slow.GetProperty("readLatencyNs").GetInt32() > fast.GetProperty("readLatencyNs").GetInt32());
        Assert.Equal(0, slow.GetProperty("cpus").GetArrayLength());
    }

    [Fact]
    public async Task A_closed_standard_output_is_said_and_no_other_file_is_written_in_its_stead()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync("terrace topology >&-", ct: TestContext.Current.CancellationToken);
        Assert.Equal(73, result.ExitCode);
        Assert.Equal("terrace: standard output is closed — send it somewhere, /dev/null for nowhere\n", result.Stderr);
    }

    [Fact]
    public async Task A_scan_finds_the_hot_range_of_a_process()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 80M --hot 10% --share 100% --contiguous");
        JsonElement scan = await JsonAsync($"terrace scan {exercise.Pid} --scans 5 --interval 300ms --json");
        await exercise.EndAsync();
        long hot = scan.GetProperty("tiers").EnumerateArray().Sum(tier => tier.GetProperty("hotPages").GetInt64());
        // 8 MiB of the arena, besides what else the program itself needs all the time.
        Assert.InRange(hot, 2048, 2048 + 1024);
        JsonElement hottest = scan.GetProperty("hottest")
            .EnumerateArray()
            .MaxBy(range => range.GetProperty("pages").GetInt64() * range.GetProperty("meanHeat").GetDouble());
        Assert.InRange(hottest.GetProperty("pages").GetInt64(), 2000, 2600);
        Assert.Equal("anonymous", hottest.GetProperty("mapping").GetString());
    }

    [Fact]
    public async Task A_run_leaves_picture_events_and_summary_and_its_stdout_is_the_commands_alone()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "terrace run --fast 50% --heatmap /tmp/h.svg --events /tmp/e.jsonl --summary-json /tmp/s.json -- terrace exercise --size "
                + "32M --for 5s --json | tail -n 1",
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Stderr);
        Assert.Contains("\"event\":\"final\"", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("managed 1 process", result.Stderr, StringComparison.Ordinal);
        JsonElement summary = await JsonAsync("cat /tmp/s.json");
        Assert.True(summary.GetProperty("rounds").GetInt64() >= 1);
        LabResult files = await vm.RunAsync(
            "head -c 4 /tmp/h.svg; grep -c '\"event\":\"round\"' /tmp/e.jsonl", ct: TestContext.Current.CancellationToken);
        Assert.Equal($"<svg{summary.GetProperty("rounds").GetInt64()}\n", files.Stdout);
    }

    // Not SIGINT: a shell starts background jobs with it ignored, and what is ignored on entry a shell cannot trap.
    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public async Task A_signal_to_run_reaches_the_command_and_ends_both_cleanly(string signal, int exitCode)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            $$"""
            rm -f /tmp/up
            sleeper='trap "exit 129" HUP; trap "exit 143" TERM; touch /tmp/up; n=0; while [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done'
            terrace run --fast 40% -- sh -c "$sleeper" 2> /tmp/err &
            p=$!
            until [ -e /tmp/up ]; do sleep 0.2; done
            kill -{{signal}} $p
            wait $p
            echo code $?
            cat /tmp/err
            """,
            TimeSpan.FromMinutes(2),
            ct: TestContext.Current.CancellationToken);
        Assert.Contains($"code {exitCode}\n", result.Stdout, StringComparison.Ordinal);
        Assert.Contains("terrace: managed", result.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Managing_ends_by_itself_when_the_process_exits()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "sleep 8 & terrace manage --pid $! --json", TimeSpan.FromMinutes(1), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Stderr);
        Assert.Contains("\"event\":\"gone\"", result.Stdout, StringComparison.Ordinal);
    }

    private async Task<JsonElement> JsonAsync(string command)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(command, TimeSpan.FromMinutes(2), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Stderr);
        return JsonDocument.Parse(result.Stdout).RootElement;
    }
}
