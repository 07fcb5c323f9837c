using System.Text.Json;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary><c>terrace doctor</c> on real kernels: it says what is so, and the fix that it names fixes it.</summary>
[Collection("lab")]
public sealed class DoctorLabTests(LabFixture lab)
{
    [Fact]
    public async Task On_a_stock_kernel_with_two_tiers_all_that_is_essential_works()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        Dictionary<string, JsonElement> checks = await ChecksAsync(vm, exitCode: 0);
        Assert.All(
            checks.Values.Where(check => check.GetProperty("essential").GetBoolean()), check => Assert.Equal("works", StateOf(check)));
        Assert.All(
            [
                "/proc/kcore",
                "kernel symbols",
                "kernel types",
                "latencies",
                "its own tiering",
                "control groups",
                "memory pressure",
                "process events",
                "DAMON",
                "LRU generations",
            ],
            name => Assert.Equal((name, "works"), (name, StateOf(checks[name]))));
        Assert.Equal("tier 0: node 0, tier 1: node 1", checks["slow tier"].GetProperty("detail").GetString());
        Assert.Equal("missing", StateOf(checks["idle bitmap"]));
    }

    [Theory]
    [
        InlineData(
            "echo 2 > /proc/sys/kernel/numa_balancing",
            "its own tiering",
            "degraded",
            0,
            "terrace kernel --restore; echo 0 > /proc/sys/kernel/numa_balancing"),
    ]
    [
        InlineData(
            "echo 1 > /proc/sys/vm/zone_reclaim_mode",
            "its own tiering",
            "degraded",
            0,
            "terrace kernel --restore; echo 0 > /proc/sys/vm/zone_reclaim_mode"),
    ]
    [InlineData("echo 2 > /proc/sys/kernel/kptr_restrict", "kernel symbols", "missing", 69, "echo 1 > /proc/sys/kernel/kptr_restrict")]
    [InlineData("umount /sys/kernel/debug/tracing 2>/dev/null; umount /sys/kernel/debug", "LRU generations", "missing", 0, "true")]
    public async Task The_fix_that_is_named_fixes_it(string damage, string name, string state, int exitCode, string cleanUp)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        try
        {
            await vm.RunAsync(damage, ct: TestContext.Current.CancellationToken);
            JsonElement check = (await ChecksAsync(vm, exitCode))[name];
            Assert.Equal(state, StateOf(check));
            string fix = check.GetProperty("fix").GetString()!;
            Assert.StartsWith("sudo ", fix, StringComparison.Ordinal);
            LabResult tried = await vm.RunAsync(fix["sudo ".Length..], ct: TestContext.Current.CancellationToken);
            Assert.True(tried.ExitCode == 0, $"{fix}: {tried.Stderr}");
            Assert.Equal("works", StateOf((await ChecksAsync(vm, exitCode: 0))[name]));
        }
        finally
        {
            await vm.RunAsync(cleanUp, ct: TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task A_locked_down_kernel_is_named_whether_or_not_securityfs_is_mounted()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Append = "lockdown=confidentiality" });
        await ExpectLockdownAsync(vm);
        await vm.RunAsync("mount -t securityfs none /sys/kernel/security", ct: TestContext.Current.CancellationToken);
        await ExpectLockdownAsync(vm);
    }

    [Fact]
    public async Task Without_root_it_says_so_first_and_still_shows_the_rest()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "chmod 755 /bin/terrace; grep -q ^nobody: /etc/passwd || echo nobody:x:65534:65534::/:/bin/sh >> /etc/passwd; su -s /bin/sh "
                + "nobody -c 'terrace doctor'",
            ct: TestContext.Current.CancellationToken);
        Assert.Equal((69, ""), (result.ExitCode, result.Stderr));
        Assert.Matches(@"^rights\n  missing   root .*\n.*\n +fix: sudo terrace doctor\n", result.Stdout);
        Assert.Matches(@"(?m)^  works     slow tier ", result.Stdout);
        Assert.Contains("What prevents it: root, capabilities, page tables.", result.Stdout, StringComparison.Ordinal);
    }

    private static async Task ExpectLockdownAsync(LabMachine vm)
    {
        Dictionary<string, JsonElement> checks = await ChecksAsync(vm, exitCode: 69);
        Assert.Equal("missing", StateOf(checks["kernel lockdown"]));
        Assert.Contains("lockdown=integrity", checks["kernel lockdown"].GetProperty("fix").GetString(), StringComparison.Ordinal);
        Assert.Equal(("missing", "missing"), (StateOf(checks["/proc/kcore"]), StateOf(checks["page tables"])));
        Assert.Contains("lockdown", checks["page tables"].GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("works", StateOf(checks["slow tier"]));
    }

    private static async Task<Dictionary<string, JsonElement>> ChecksAsync(LabMachine vm, int exitCode)
    {
        LabResult result = await vm.RunAsync("terrace doctor --json", TimeSpan.FromMinutes(1), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.Stdout}{result.Stderr}");
        return JsonDocument.Parse(result.Stdout).RootElement.GetProperty("checks")
            .EnumerateArray()
            .ToDictionary(check => check.GetProperty("name").GetString()!);
    }

    private static string StateOf(JsonElement check) => check.GetProperty("state").GetString()!;
}
