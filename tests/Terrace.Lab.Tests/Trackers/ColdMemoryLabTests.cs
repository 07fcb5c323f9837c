using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>A process that uses a small part of its memory: the rest is left out of scans, and is seen when it is in use again.</summary>
public sealed class ColdMemoryLabTests
{
    private const long Pages = 2400 * 256;
    private const long Chunks = 1200;

    [Fact]
    [Trait("Category", "Long")]
    public async Task Cold_chunks_rest_and_others_that_come_into_use_are_seen_hot()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G,cxl:3G") });

        // Without generations, with which MADV_COLD takes many times as long where it is emulated.
        await RunAsync(vm, "echo n > /sys/kernel/mm/lru_gen/enabled");
        Exercised exercise = await Exercised.StartAsync(
            vm, "--size 2400M --hot 2% --contiguous --share 100% --load 30% --phase 45s --no-measure");
        await RunAsync(vm, $"terrace manage --pid {exercise.Pid} --dry-run --for 150s --events /tmp/events.jsonl > /tmp/manage.out 2>&1");
        List<JsonElement> rounds =
        [
            .. (await RunAsync(vm, """grep '"event":"round"' /tmp/events.jsonl"""))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonDocument.Parse(line).RootElement),
        ];
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', rounds.Select(round => round.GetRawText())));
        Assert.InRange(rounds.Max(round => round.GetProperty("chunksAtRest").GetInt64()), Chunks * 8 / 10, Chunks * 11 / 10);

        // The hot set has moved by then, three times: rounds in which some of it came into use aside, as much is hot as before.
        List<long> hot = [.. rounds.Skip(rounds.Count / 2).Select(round => round.GetProperty("hotPages").GetInt64()).Order()];
        Assert.InRange(hot[hot.Count / 2], Pages / 50 * 7 / 10, Pages / 50 * 14 / 10);
        await exercise.EndAsync();
    }

    private static async Task<string> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(5), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stderr}");
        return result.Stdout;
    }
}
