using System.Diagnostics;
using Terrace.Lab.Machine;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>
/// One machine, booted when the first test asks for it, shared by all tests of the collection "lab", which run one after another.
/// Where no machine can be started, the tests that ask for one are skipped with the reason.
/// </summary>
public sealed class LabFixture : IAsyncLifetime
{
    /// <summary>
    /// Ends what a failed test has left: every session but this script's own and the machine's services. A workload that runs on would take
    /// memory and a processor from all tests that follow. It starts no program itself: a hundred of them before each test, on an
    /// emulated processor, are a minute.
    /// </summary>
    private const string EndLeftovers =
        """
        facts() { read -r line < $1/stat && set -- ${line##*) } && parent=$2 session=$4; }
        facts /proc/$$
        own=$session
        for process in /proc/[0-9]*; do
            # Kernel threads are children of number 2.
            facts $process && [ $parent -ne 2 ] && [ $session -ne $own ] && read -r name < $process/comm || continue
            case $name in init | kthreadd | lab-agent | lab-kill | lab-keep-guest | dd) ;; *) kill -9 ${process#/proc/} ;; esac
        done 2>/dev/null
        echo 0 > /proc/sys/kernel/numa_balancing
        """;

    private LabMachine? machine;
    private bool hasTerrace;
    private string? test;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (machine is not null)
        {
            await machine.DisposeAsync();
        }
    }

    /// <summary>The shared machine: dram:1G,cxl:2G with Debian's 6.12 kernel.</summary>
    /// <remarks>When a test's machine has died, that test says so, and the next one has another.</remarks>
    public async Task<LabMachine> MachineAsync()
    {
        if (machine is { IsBroken: true })
        {
            await machine.DisposeAsync();
            (machine, hasTerrace) = (null, false);
        }

        machine ??= await BootOrSkipAsync(new LabSpec());
        if (TestContext.Current.Test is { UniqueID: var id } && test != id)
        {
            test = id;
            await machine.RunAsync(EndLeftovers, ct: TestContext.Current.CancellationToken);
        }

        return machine;
    }

    /// <summary>The shared machine, prepared as <see cref="BootWithTerraceAsync"/> says.</summary>
    public async Task<LabMachine> MachineWithTerraceAsync()
    {
        var booted = await MachineAsync();
        if (!hasTerrace)
        {
            await PrepareAsync(booted);
            hasTerrace = true;
        }

        return booted;
    }

    /// <summary>
    /// A machine for one test with our own program as /bin/terrace and the kernel's own NUMA balancing off: on, it undoes
    /// placements between a
    /// test's last round and its last look. A test that is about it turns it on and off again.
    /// </summary>
    public static async Task<LabMachine> BootWithTerraceAsync(LabSpec spec)
    {
        LabMachine booted = await BootOrSkipAsync(spec);
        await PrepareAsync(booted);
        return booted;
    }

    /// <summary>A machine for one test; skips the test where QEMU is missing or no kernel can be had.</summary>
    public static async Task<LabMachine> BootOrSkipAsync(LabSpec spec)
    {
        if (LabMachine.WhyUnavailable() is { } reason)
        {
            Assert.Skip(reason);
        }

        try
        {
            return await LabMachine.BootAsync(spec, ct: TestContext.Current.CancellationToken);
        }
        catch (LabException error) when (error.Message.Contains("cannot fetch a kernel", StringComparison.Ordinal))
        {
            Assert.Skip(error.Message);
            throw;
        }
    }

    /// <summary>The self-contained program artifacts/terrace, built with ./build unless it is newer than the sources.</summary>
    /// <exception cref="InvalidOperationException">It does not build.</exception>
    public static async Task<string> TerraceAsync()
    {
        var root = RepositoryRoot();
        var program = Path.Combine(root, "artifacts", "terrace");
        using var build = Process.Start(
            new ProcessStartInfo(Path.Combine(root, "build"), ["--quiet"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var stdout = build.StandardOutput.ReadToEndAsync();
        var stderr = build.StandardError.ReadToEndAsync();
        await build.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (build.ExitCode != 0)
        {
            throw new InvalidOperationException($"./build exited with {build.ExitCode}: {await stdout}{await stderr}");
        }

        return program;
    }

    private static async Task PrepareAsync(LabMachine machine)
    {
        await machine.PutAsync(await TerraceAsync(), "/bin/terrace", TestContext.Current.CancellationToken);
        await machine.RunAsync("echo 0 > /proc/sys/kernel/numa_balancing", ct: TestContext.Current.CancellationToken);
    }

    /// <summary>The folder of Terrace.slnx.</summary>
    public static string RepositoryRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Terrace.slnx")))
            {
                return folder;
            }
        }

        throw new InvalidOperationException("the tests do not run from within the repository");
    }
}
