using System.Diagnostics;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>Each of these boots a machine of its own.</summary>
[Collection("lab")]
public sealed class MachineKindsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Three_kinds_of_memory_make_three_tiers()
    {
        await using var machine = await LabFixture.BootOrSkipAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:512M,cxl:512M@200ns/40G,pmem:512M") });

        Assert.Equal(["0", "1", "2"], await MachineTests.TiersAsync(machine));
        Assert.Equal(
            "80\n200\n350\n", await MachineTests.TextAsync(machine, "cat /sys/devices/system/node/node*/access0/initiators/read_latency"));
    }

    [Fact]
    public async Task An_NVDIMM_becomes_a_node_of_movable_memory()
    {
        await using var machine = await LabFixture.BootOrSkipAsync(
            new LabSpec { Nodes = NodeSpec.ParseList("dram:1G"), PmemBytes = 1L << 30 });

        Assert.Equal("0-1\n", await MachineTests.TextAsync(machine, "cat /sys/devices/system/node/has_memory"));
        Assert.Equal("kmem\n", await MachineTests.TextAsync(machine, "basename $(readlink /sys/bus/dax/devices/dax0.0/driver)"));
        Assert.Equal(
            "Movable\n", await MachineTests.TextAsync(machine, "cat /sys/devices/system/node/node1/memory*/valid_zones | sort -u"));
        Assert.Equal(["0", "1"], await MachineTests.TiersAsync(machine));
        Assert.InRange(await MachineTests.KibibytesAsync(machine, 1, "MemTotal"), 768 << 10, 1 << 20);
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData("6.1", false)]
    [InlineData("6.12", true)]
    [InlineData("7", false)]
    [InlineData("7", true)]
    public async Task Kernels_boot_with_four_and_five_levels_of_page_tables(string kernel, bool fiveLevels)
    {
        await using var machine = await LabFixture.BootOrSkipAsync(new LabSpec { Kernel = kernel, FiveLevelPaging = fiveLevels });

        Assert.StartsWith(kernel + ".", machine.KernelRelease, StringComparison.Ordinal);
        Assert.Equal(fiveLevels ? "2\n" : "0\n", await MachineTests.TextAsync(machine, "grep -cw la57 /proc/cpuinfo || true"));
        Assert.Equal(
            "80\n250\n", await MachineTests.TextAsync(machine, "cat /sys/devices/system/node/node*/access0/initiators/read_latency"));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Nested_virtualisation_is_there_when_asked_for()
    {
        await using var machine = await LabFixture.BootOrSkipAsync(new LabSpec { Nested = true });

        Assert.Equal("/dev/kvm\n", await MachineTests.TextAsync(machine, "ls /dev/kvm"));
    }

    [Fact]
    public async Task Machines_boot_side_by_side()
    {
        var booted = await Task.WhenAll(LabFixture.BootOrSkipAsync(new LabSpec()), LabFixture.BootOrSkipAsync(new LabSpec()));
        await using var first = booted[0];
        await using var second = booted[1];

        await first.RunAsync("echo first >/tmp/name", ct: Stop);
        await second.RunAsync("echo second >/tmp/name", ct: Stop);
        Assert.Equal("first\n", await MachineTests.TextAsync(first, "cat /tmp/name"));
        Assert.Equal("second\n", await MachineTests.TextAsync(second, "cat /tmp/name"));
    }

    [Fact]
    public async Task A_machine_that_panics_in_a_command_is_an_error_with_the_reason()
    {
        await using var machine = await LabFixture.BootOrSkipAsync(new LabSpec());

        var error = await Assert.ThrowsAsync<LabException>(() => machine.RunAsync("echo c >/proc/sysrq-trigger", ct: Stop));

        Assert.Equal(LabExitCode.Unavailable, error.ExitCode);
        Assert.Contains("sysrq triggered crash", error.Message, StringComparison.Ordinal);
        Assert.Contains("sysrq triggered crash", TakeKeptConsole(error), StringComparison.Ordinal);
        Assert.Contains(
            "died", (await Assert.ThrowsAsync<LabException>(() => machine.RunAsync("true", ct: Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_that_cannot_boot_is_an_error_with_the_kernels_reason()
    {
        var error = await Assert.ThrowsAsync<LabException>(
            () => LabFixture.BootOrSkipAsync(new LabSpec { Append = "rdinit=/none init=/none" }));

        Assert.Equal(LabExitCode.Unavailable, error.ExitCode);
        Assert.Contains("Kernel panic", error.Message, StringComparison.Ordinal);
        Assert.Contains("Call Trace", TakeKeptConsole(error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_passes_its_exit_code_and_output_on_and_leaves_no_QEMU_when_killed()
    {
        if (LabMachine.WhyUnavailable() is { } reason)
        {
            Assert.Skip(reason);
        }

        var lab = Path.Combine(AppContext.BaseDirectory, "terrace-lab");
        using (
            var run = Process.Start(
                new ProcessStartInfo(lab, ["--", "sh", "-c", "echo \"it's $0\"; exit 9", "here"]) { RedirectStandardOutput = true })!)
        {
            Assert.Equal("it's here\n", await run.StandardOutput.ReadToEndAsync(Stop));
            await run.WaitForExitAsync(Stop);
            Assert.Equal(9, run.ExitCode);
        }

        using var killed = Process.Start(
            new ProcessStartInfo(
                lab, ["--append", "lab.mark=orphan", "--", "sh", "-c", "echo up; sleep 1000"])
            { RedirectStandardOutput = true })!;
        Assert.Equal("up", await killed.StandardOutput.ReadLineAsync(Stop));
        Assert.NotEmpty(OrphanQemus());
        killed.Kill();
        for (var wait = 0; wait < 50 && OrphanQemus().Any(); wait++)
        {
            await Task.Delay(100, Stop);
        }

        Assert.Empty(OrphanQemus());
    }

    /// <summary>Reads the console that the message points to, and removes it.</summary>
    private static string TakeKeptConsole(LabException error)
    {
        var path = error.Message.Split("all of it: ")[1].Split(')')[0];
        var console = File.ReadAllText(path);
        File.Delete(path);
        return console;
    }

    private static IEnumerable<string> OrphanQemus() =>
        Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Where(folder =>
        {
            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline"));
                return words.StartsWith("/usr/bin/qemu", StringComparison.Ordinal)
                    && words.Contains("lab.mark=orphan", StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        });
}
