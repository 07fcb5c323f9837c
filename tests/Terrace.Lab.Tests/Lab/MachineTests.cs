using System.Diagnostics;
using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

[Collection("lab")]
public sealed class MachineTests(LabFixture lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_node_has_all_CPUs_and_the_second_only_memory()
    {
        var machine = await lab.MachineAsync();

        Assert.Equal(
            "0-1\n\n", await TextAsync(machine, "cat /sys/devices/system/node/node0/cpulist /sys/devices/system/node/node1/cpulist"));
        Assert.Equal("10 20\n20 10\n", await TextAsync(machine, "cat /sys/devices/system/node/node*/distance"));
        Assert.InRange(await KibibytesAsync(machine, 0, "MemTotal"), 950 << 10, 1 << 20);
        Assert.InRange(await KibibytesAsync(machine, 1, "MemTotal"), 1850 << 10, 2 << 20);
    }

    [Fact]
    public async Task Firmware_reports_latency_and_bandwidth_and_the_kernel_makes_two_tiers_of_them()
    {
        var machine = await lab.MachineAsync();

        Assert.Equal("80\n250\n", await TextAsync(machine, "cat /sys/devices/system/node/node*/access0/initiators/read_latency"));
        Assert.Equal("102400\n30720\n", await TextAsync(machine, "cat /sys/devices/system/node/node*/access0/initiators/write_bandwidth"));
        Assert.Equal(["0", "1"], await TiersAsync(machine));
    }

    [Fact]
    public async Task A_booted_machine_has_nearly_all_of_its_fast_node_free()
    {
        // A machine of its own: what earlier tests have put into the shared one stays in its memory.
        await using var machine = await LabFixture.BootOrSkipAsync(new LabSpec());

        Assert.InRange(await KibibytesAsync(machine, 0, "MemFree"), 900 << 10, 1 << 20);
    }

    [Fact]
    public async Task Shapes_of_memory_that_are_asked_for_are_there()
    {
        LabSpec spec = new()
        {
            DiskBytes = 1L << 30,
            HugePools = HugePool.ParseList("0:32M,1:64M"),
            FolioBytes = 64 << 10,
            ZramBytes = 256L << 20,
            MergesPages = true,
        };
        await using var machine = await LabFixture.BootOrSkipAsync(spec);
        LabResult result = await machine.RunAsync(
            """
            cat /sys/block/vda/size
            cat /sys/devices/system/node/node[01]/hugepages/hugepages-2048kB/nr_hugepages
            cat /sys/kernel/mm/transparent_hugepage/hugepages-64kB/enabled
            awk 'NR > 1 { print $1 }' /proc/swaps
            cat /sys/kernel/mm/ksm/run
            dd if=/dev/vda of=/dev/null bs=1M count=8 2>/dev/null; echo "read $?"
            """,
            ct: TestContext.Current.CancellationToken);
        Assert.Equal("2097152\n16\n32\n[always] inherit madvise never\n/dev/zram0\n1\nread 0\n", result.Stdout);
    }

    [Fact]
    public async Task What_a_tiering_tool_reads_is_there()
    {
        var machine = await lab.MachineAsync();

        var result = await machine.RunAsync(
            """
            for path in /proc/kcore /sys/kernel/btf/vmlinux /proc/self/clear_refs /sys/kernel/debug/lru_gen \
                /sys/kernel/mm/damon/admin /sys/fs/cgroup/memory.numa_stat; do
                [ -e $path ] || echo "$path"
            done
            grep -qw init_task /proc/kallsyms || echo init_task
            mkdir /sys/fs/cgroup/try && ls /sys/fs/cgroup/try/memory.numa_stat >/dev/null && rmdir /sys/fs/cgroup/try
            """,
            ct: Stop);

        Assert.Equal("", result.Stderr);
        Assert.Equal("", result.Stdout.Replace("/sys/fs/cgroup/memory.numa_stat\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("no-such-program", 127)]
    public async Task Exit_codes_pass_through(string script, int exitCode)
    {
        var machine = await lab.MachineAsync();

        Assert.Equal(exitCode, (await machine.RunAsync(script, ct: Stop)).ExitCode);
    }

    [Fact]
    public async Task Output_and_errors_arrive_apart_and_whole_while_the_command_runs()
    {
        var machine = await lab.MachineAsync();
        var watch = Stopwatch.StartNew();
        TimeSpan? first = null;

        var result = await machine.RunAsync(
            "echo early; echo wrong >&2; sleep 2; head -c 300000 /dev/zero | tr '\\0' x",
            onStdout: bytes => first ??= bytes.Length > 0 ? watch.Elapsed : null,
            ct: Stop);

        Assert.Equal("early\n" + new string('x', 300_000), result.Stdout);
        Assert.Equal("wrong\n", result.Stderr);
        Assert.True(first < watch.Elapsed - TimeSpan.FromSeconds(1), $"the first bytes came after {first}, the end after {watch.Elapsed}");
    }

    [Fact]
    public async Task Lines_stream_and_what_runs_in_the_background_stays()
    {
        var machine = await lab.MachineAsync();
        var lines = new List<string>();
        await foreach (var line in machine.RunLinesAsync("sleep 100 >/dev/null 2>&1 & echo $!; printf 'a\\n\\nlast'", ct: Stop))
        {
            lines.Add(line);
        }

        Assert.Equal(["a", "", "last"], lines.Skip(1));
        Assert.Equal(0, (await machine.RunAsync($"kill {lines[0]}", ct: Stop)).ExitCode);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_killed_and_the_machine_keeps_running()
    {
        var machine = await lab.MachineAsync();

        var error = await Assert.ThrowsAsync<LabException>(
            () => machine.RunAsync(
                "sleep 1000.25 & sleep 0.1; ps | grep -c '[1]000[.]25' > /tmp/seen; wait", TimeSpan.FromSeconds(2), ct: Stop));

        Assert.Equal(LabExitCode.TimedOut, error.ExitCode);
        Assert.Equal("alive\n", await TextAsync(machine, "grep -q '^1$' /tmp/seen && ! ps | grep '[1]000[.]25' && echo alive"));
    }

    [Fact]
    public async Task Commands_start_with_no_signal_ignored()
    {
        var machine = await lab.MachineAsync();

        Assert.Equal("SigIgn:\t0000000000000000\n", await TextAsync(machine, "grep SigIgn /proc/self/status"));
    }

    [Fact]
    public async Task Files_and_folders_come_back_as_they_went_in()
    {
        var machine = await lab.MachineAsync();
        var folder = Directory.CreateTempSubdirectory("terrace-files-").FullName;
        try
        {
            var bytes = new byte[3_000_001];
            new Random(1).NextBytes(bytes);
            Directory.CreateDirectory(Path.Combine(folder, "in/deep"));
            await File.WriteAllBytesAsync(Path.Combine(folder, "in/deep/file"), bytes, Stop);
            await File.WriteAllTextAsync(Path.Combine(folder, "in/run"), "#!/bin/sh\necho ran\n", Stop);
            File.SetUnixFileMode(Path.Combine(folder, "in/run"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

            await machine.PutAsync(Path.Combine(folder, "in"), "/tmp/there", Stop);
            Assert.Equal("ran\n", await TextAsync(machine, "/tmp/there/run"));
            await machine.GetAsync("/tmp/there", Path.Combine(folder, "out"), Stop);
            await machine.RunAsync("rm -r /tmp/there", ct: Stop);

            Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(folder, "out/there/deep/file"), Stop));
            await Assert.ThrowsAsync<LabException>(() => machine.GetAsync("/no/such/file", folder, Stop));
            await Assert.ThrowsAsync<LabException>(() => machine.PutAsync("/no/such/file", "/tmp/x", Stop));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Our_own_program_needs_only_the_runtime_libraries()
    {
        var machine = await lab.MachineWithTerraceAsync();

        Assert.NotEqual("", await TextAsync(machine, "terrace --version"));
    }

    internal static async Task<string> TextAsync(LabMachine machine, string script)
    {
        var result = await machine.RunAsync(script, ct: Stop);
        Assert.True(result.ExitCode == 0, $"'{script}' exited with {result.ExitCode}: {result.Stderr}");
        return result.Stdout;
    }

    /// <summary>The nodes of each memory tier, fastest first.</summary>
    internal static async Task<string[]> TiersAsync(LabMachine machine) =>
        (
            await TextAsync(
                machine,
                "cd /sys/devices/virtual/memory_tiering; for t in $(ls -d memory_tier* | sort -n -k1.12); do cat $t/nodelist; done"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    internal static async Task<long> KibibytesAsync(LabMachine machine, int node, string field)
    {
        var line = await TextAsync(machine, $"grep {field}: /sys/devices/system/node/node{node}/meminfo");
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
    }
}
