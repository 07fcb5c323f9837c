using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>What Terrace refuses to do, and how it says so: one line on standard error that names the cause, and an exit code.</summary>
[Collection("lab")]
public sealed class RefusalTests(LabFixture lab)
{
    private const int Usage = 2;
    private const int NoSuchProcess = 66;
    private const int Unavailable = 69;
    private const int NotPermitted = 77;

    internal const string AsNobody = "chmod 755 /bin/terrace; grep -q ^nobody: /etc/passwd || echo nobody:x:65534:65534::/:/bin/sh >> "
        + "/etc/passwd; as_nobody() { su -s /bin/sh nobody -c \"$1\"; }; ";

    [Theory]
    [InlineData("terrace manage --pid 999999 --fast 40%", NoSuchProcess, "999999")]
    [InlineData("terrace scan 999999", NoSuchProcess, "999999")]
    [InlineData("terrace accessed 999999", NoSuchProcess, "999999")]
    [InlineData("terrace manage --pid 1 --fast 140%", Usage, "140%")]
    [InlineData("terrace manage --pid 1 --fast 0%", Usage, "0%")]
    [InlineData("terrace manage --pid 1 --fast lots", Usage, "lots")]
    [InlineData("terrace manage --fast 40%", Usage, "PROCESS")]
    [InlineData("terrace run --fast 40% -- /no/such/program", 127, "/no/such/program")]
    [InlineData("terrace run --fast 40% -- /etc", 126, "/etc")]
    [InlineData("terrace run --fast 101% -- true", Usage, "101%")]
    [InlineData("terrace run", Usage, "")]
    [InlineData("terrace nonsense", Usage, "nonsense")]
    public async Task Bad_input_gets_one_clear_error_and_its_exit_code(string command, int exitCode, string named)
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(command, ct: TestContext.Current.CancellationToken);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(named, result.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kernel_thread_is_refused_by_name()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync("terrace manage --pid 2 --fast 40%", ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode is NoSuchProcess or Unavailable, $"{result.ExitCode}");
        Assert.Contains("kernel thread", result.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_root_managing_is_refused_and_the_fix_is_named()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            AsNobody + "sleep 60 & p=$!; as_nobody \"terrace manage --pid $p --fast 40%\" || code=$?; kill $p; exit ${code:-0}",
            ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == NotPermitted, $"{result.ExitCode}: {result.Stderr}");
        Assert.Contains("root", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_root_the_topology_is_still_shown()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(AsNobody + "as_nobody 'terrace topology'", ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, result.Stderr);
    }

    [Fact]
    public async Task Without_a_slow_tier_there_is_nothing_to_manage()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Nodes = NodeSpec.ParseList("dram:1G") });
        LabResult manage = await vm.RunAsync("terrace manage --pid 1 --fast 40%", ct: TestContext.Current.CancellationToken);
        Assert.Equal(Unavailable, manage.ExitCode);
        Assert.Contains("slow", manage.Stderr, StringComparison.OrdinalIgnoreCase);
        LabResult topology = await vm.RunAsync("terrace topology", ct: TestContext.Current.CancellationToken);
        Assert.Equal(0, topology.ExitCode);
        Assert.Contains("one", topology.Stdout, StringComparison.OrdinalIgnoreCase);
        LabResult doctor = await vm.RunAsync("terrace doctor", ct: TestContext.Current.CancellationToken);
        Assert.Equal(Unavailable, doctor.ExitCode);
        Assert.Contains("What prevents it: slow tier.", doctor.Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_locked_down_kernel_is_named_as_the_cause()
    {
        await using LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec { Append = "lockdown=confidentiality" });
        LabResult lockdown = await vm.RunAsync(
            "mount -t securityfs none /sys/kernel/security 2>/dev/null; cat /sys/kernel/security/lockdown",
            ct: TestContext.Current.CancellationToken);
        if (!lockdown.Stdout.Contains("[confidentiality]", StringComparison.Ordinal))
        {
            Assert.Skip("this kernel cannot be locked down from its command line");
        }

        LabResult result = await vm.RunAsync("terrace manage --pid 1 --fast 40%", ct: TestContext.Current.CancellationToken);
        Assert.Equal(Unavailable, result.ExitCode);
        Assert.Contains("lock", result.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Hidden_kernel_addresses_are_named_as_the_cause()
    {
        LabMachine vm = await lab.MachineWithTerraceAsync();
        LabResult result = await vm.RunAsync(
            "echo 2 > /proc/sys/kernel/kptr_restrict; terrace manage --pid 1 --fast 40% --for 1s; code=$?; echo 1 > "
                + "/proc/sys/kernel/kptr_restrict; exit $code",
            ct: TestContext.Current.CancellationToken);
        Assert.Equal(Unavailable, result.ExitCode);
        Assert.Contains("kptr_restrict", result.Stderr, StringComparison.Ordinal);
    }
}
