using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>The main job on a real kernel: hot pages in the fast tier, at the ratio asked for.</summary>
[Collection("lab")]
public sealed class ManageTests(LabFixture lab)
{
    [Fact]
    public Task A_share_that_was_asked_for_is_met_within_one_per_cent_with_the_hottest_pages() => MeetAsync("--scatter");

    [Fact]
    [Trait("Category", "Long")]
    public Task So_it_is_where_the_hottest_pages_lie_together() => MeetAsync("--contiguous");

    [Fact]
    public async Task With_the_kernels_own_balancing_on_the_share_is_still_met()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        await RunAsync(vm, "echo 2 > /proc/sys/kernel/numa_balancing");
        Exercised exercise = await Exercised.StartAsync(vm, "--size 128M --hot 10% --share 90% --fast 50%");
        await RunAsync(
            vm,
            $"managed 47 53 true --pid {exercise.Pid} --fast 50%; code=$?; echo 0 > /proc/sys/kernel/numa_balancing; exit $code");
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.47, 0.53);
        await exercise.EndAsync();
    }

    [Fact]
    public async Task Huge_pages_move_as_one_and_stay_huge()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 256M --hot 10% --share 90% --contiguous --huge-pages on --fast 25%");
        string count = $"awk '/^AnonHugePages/ {{ kb += $2 }} END {{ print kb }}' /proc/{exercise.Pid}/smaps";
        int before = int.Parse((await RunAsync(vm, count)).Stdout, System.Globalization.CultureInfo.InvariantCulture);
        await RunAsync(vm, $"managed 23 27 true --pid {exercise.Pid} --fast 25%");
        int after = int.Parse((await RunAsync(vm, count)).Stdout, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(before >= 200 << 10, $"{before} KiB of huge pages to begin with");
        Assert.InRange(after, before - 4096, before + 65536);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.23, 0.27);
        await exercise.EndAsync();
    }

    [Fact]
    public async Task A_dry_run_decides_and_moves_nothing()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, "--size 64M --hot 10% --share 90%");
        double before = await exercise.LastAsync("fastPageShare");
        LabResult result = await RunAsync(vm, $"terrace manage --pid {exercise.Pid} --fast 30% --dry-run --for 8s --json");
        Assert.Contains("\"plannedDemotions\":", result.Stdout, StringComparison.Ordinal);
        Assert.Equal(before, await exercise.LastAsync("fastPageShare"), 3);
        await exercise.EndAsync();
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Three_tiers_are_used_from_the_top()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:512M,cxl:256M,pmem:1G") });
        Exercised exercise = await Exercised.StartAsync(vm, "--size 700M --hot 10% --share 90% --fast 30%");
        await RunAsync(
            vm, $"terrace manage --pid {exercise.Pid} --fast 30% --for 40s --summary-json /tmp/summary.json --json > /tmp/events");
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.29, 0.31);
        Assert.InRange(await exercise.LastAsync("ofOracle"), 0.9, 1.1);
        await exercise.EndAsync();
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("6.1", false)]
    [InlineData("7", false)]
    [InlineData("6.12", true)]
    public async Task Other_kernels_and_five_level_paging_do_as_well(string kernel, bool fiveLevel)
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Kernel = kernel, FiveLevelPaging = fiveLevel });
        Exercised exercise = await Exercised.StartAsync(vm, "--size 256M --hot 10% --share 90% --fast 30%");
        await RunAsync(
            vm, $"terrace manage --pid {exercise.Pid} --fast 30% --for 30s --summary-json /tmp/summary.json --json > /tmp/events");
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.29, 0.31);
        Assert.InRange(await exercise.LastAsync("ofOracle"), 0.9, 1.1);
        await exercise.EndAsync();
    }

    private async Task MeetAsync(string shape)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Exercised exercise = await Exercised.StartAsync(vm, $"--size 256M --hot 10% --share 90% {shape} --fast 30%");
        await RunAsync(
            vm, $"terrace manage --pid {exercise.Pid} --fast 30% --for 30s --summary-json /tmp/summary.json --json > /tmp/events");
        double share = await Exercised.ManagedShareAsync(vm);
        double ofOracle = await exercise.LastAsync("ofOracle");
        Assert.True(
            share is >= 0.29 and <= 0.31 && ofOracle is >= 0.9 and <= 1.1,
            $"{share:p1} of its pages are in fast memory, with {ofOracle:p1} of the best possible share of accesses: "
                + $"{(await vm.RunAsync("cat /tmp/events", ct: TestContext.Current.CancellationToken)).Stdout}");
        await exercise.EndAsync();
    }

    private static async Task<LabResult> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(
            Managed.Functions + script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{script}: {result.ExitCode}\n{result.Stdout}\n{result.Stderr}");
        return result;
    }
}
