using System.Text.Json;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace run --allocate</c>: pages are born where they should be, before anything is moved.</summary>
[Collection("lab")]
public sealed class AllocateTests(LabFixture lab)
{
    private const string SetWeights = "echo 2 > /sys/kernel/mm/mempolicy/weighted_interleave/node0; echo 3 > "
        + "/sys/kernel/mm/mempolicy/weighted_interleave/node1\n";
    private const string ResetWeights = "for w in /sys/kernel/mm/mempolicy/weighted_interleave/node?; do echo 1 > $w; done\n";

    [Theory]
    [InlineData("--fast 50% --allocate interleave", "interleave:0-1", 0.49, 0.51)]
    [InlineData("--fast 40% --allocate interleave", "weighted interleave:0-1", 0.39, 0.41)]
    [InlineData("--fast 40% --allocate preferred", "prefer (many):0", 0.99, 1.0)]
    [InlineData("--fast 40% --allocate local", "default", 0.99, 1.0)]
    public async Task The_command_has_the_policy_its_pages_are_born_at_the_ratio_and_terrace_has_neither(
        string options, string policy, double least, double most)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            $$"""
            {{SetWeights}}
            terrace run {{options}} --dry-run -- terrace exercise --size 100M --for 20s --json > /tmp/born.jsonl 2>/dev/null & p=$!
            until grep -q '"event":"report"' /tmp/born.jsonl; do sleep 0.2; done
            child=$(cat /proc/$p/task/*/children | tr -d ' ')
            grep heap /proc/$child/numa_maps | cut -d' ' -f2- | sed 's/ heap.*//' | sort -u
            cat /proc/$p/task/*/numa_maps | awk '!/file=/ && $2 != "default"' | wc -l
            grep '"event":"report"' /tmp/born.jsonl | head -n 1
            kill $p; wait $p
            {{ResetWeights}}
            """,
            TimeSpan.FromMinutes(1),
            ct: TestContext.Current.CancellationToken);
        // Files of the guest's tmpfs have a policy of their own (mpol= in lab-vm/guest/init), whoever maps them.
        string[] lines = result.Stdout.Split('\n');
        Assert.True(lines.Length >= 3, result.Stdout + result.Stderr);
        Assert.Equal((policy, "0"), (lines[0], lines[1]));
        using JsonDocument report = JsonDocument.Parse(lines[2]);
        Assert.InRange(report.RootElement.GetProperty("fastPageShare").GetDouble(), least, most);
    }

    [Fact]
    public async Task A_ratio_that_the_systems_weights_do_not_give_starts_nothing_and_changes_no_weight()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "rm -f /tmp/started; terrace run --fast 30% --allocate interleave -- touch /tmp/started; echo $?; ls /tmp/started "
                + "2>/dev/null; cat /sys/kernel/mm/mempolicy/weighted_interleave/node?",
            ct: TestContext.Current.CancellationToken);
        Assert.Equal("69\n1\n1\n", result.Stdout);
        Assert.Contains(
            "echo 3 > /sys/kernel/mm/mempolicy/weighted_interleave/node0; echo 7 > /sys/kernel/mm/mempolicy/weighted_interleave/node1",
            result.Stderr,
            StringComparison.Ordinal);
    }
}
