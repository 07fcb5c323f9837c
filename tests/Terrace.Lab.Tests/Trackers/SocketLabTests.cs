using System.Globalization;
using Terrace.Lab.Machine;
using Terrace.Lab.Programs;
using Terrace.Lab.Specification;

namespace Terrace.Lab.Tests;

/// <summary>Two sockets, nodes 0 and 1, with a slow node each, 2 and 3.</summary>
public sealed class SocketLabTests
{
    [Fact]
    public async Task The_machine_has_cpus_on_both_sockets_and_the_distances_asked_for()
    {
        await using LabMachine vm = await BootAsync("0-1:20,0-2:14,0-3:24,1-2:24,1-3:14,2-3:30");
        Assert.Equal("0-1\n2-3\n\n\n", await RunAsync(vm, "cat /sys/devices/system/node/node[0-3]/cpulist"));
        Assert.Equal(
            "10 20 14 24\n20 10 24 14\n14 24 10 30\n24 14 30 10\n", await RunAsync(vm, "cat /sys/devices/system/node/node[0-3]/distance"));
        string tiers = await RunAsync(vm, "cat /sys/devices/virtual/memory_tiering/memory_tier*/nodelist");
        Assert.Equal(["0-1", "2-3"], tiers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [Trait("Category", "Long")]
    public async Task A_process_that_is_bound_to_a_sockets_cpus_gets_its_hot_pages_on_that_sockets_dram(int socket)
    {
        // All distances between the sockets' nodes are equal, so that nothing else tells them apart.
        await using LabMachine vm = await BootAsync("0-1:20,0-2:20,0-3:20,1-2:20,1-3:20,2-3:20");
        int pid = await StartAsync(vm, node: 3 - socket, socket);
        long[] before = await HotAsync(vm, pid);
        Assert.Equal(before.Sum(), before[3 - socket]);
        await RunAsync(vm, $"terrace manage --pid {pid} --fast 20% --for 60s --summary-json /tmp/summary.json > /dev/null");
        long[] after = await HotAsync(vm, pid);
        Assert.InRange((double)after[socket] / after.Sum(), 0.97, 1);
        Assert.InRange(await Exercised.ManagedShareAsync(vm), 0.19, 0.21);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Slow_nodes_that_are_equally_near_share_what_two_sockets_send_down()
    {
        await using LabMachine vm = await BootAsync("0-1:20,0-2:20,0-3:20,1-2:20,1-3:20,2-3:20");
        foreach (int socket in (int[])[0, 1])
        {
            int pid = await StartAsync(vm, node: socket, socket);
            await RunAsync(vm, $"terrace manage --pid {pid} --fast 20% --for 40s > /dev/null");
            string slow = await RunAsync(vm, $"grep -o 'N[23]=[0-9]*' /proc/{pid}/numa_maps");
            ILookup<string, long> on = slow.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ToLookup(word => word[..2], word => long.Parse(word[3..], CultureInfo.InvariantCulture));
            // Of 41,000 pages as many as a slow machine moves in that time.
            Assert.InRange(on[socket == 0 ? "N2" : "N3"].Sum(), 5000, 43_000);
            Assert.InRange(on[socket == 0 ? "N3" : "N2"].Sum(), 0, 500);
            await RunAsync(vm, $"kill {pid}");
        }
    }

    private static async Task<LabMachine> BootAsync(string distances)
    {
        LabMachine vm = await LabFixture.BootWithTerraceAsync(new LabSpec
        {
            Nodes = NodeSpec.ParseList("dram:512M,dram:512M,cxl:512M,cxl:512M"),
            Cpus = 4,
            CpuNodes = [0, 1],
            Distances = NodeDistance.ParseList(distances),
        });
        string program = await CompiledProgram.ShapesAsync(LabFixture.RepositoryRoot(), TestContext.Current.CancellationToken);
        await vm.PutAsync(program, "/bin/shapes", TestContext.Current.CancellationToken);
        return vm;
    }

    /// <summary>Starts a process whose memory is first touched on a node and whose threads run on some CPUs.</summary>
    private static async Task<int> StartAsync(LabMachine vm, int node, int socket)
    {
        string started = await RunAsync(vm, $$"""
            shapes forks 200 {{node}} > /tmp/shape 2>&1 & p=$!
            until grep -q ready /tmp/shape; do kill -0 $p || { cat /tmp/shape >&2; exit 11; }; sleep 0.1; done
            taskset -p {{(socket == 0 ? "3" : "c")}} $p > /dev/null || exit 12
            echo $p
            """);
        return int.Parse(started.Trim(), CultureInfo.InvariantCulture);
    }

    private static async Task<long[]> HotAsync(LabMachine vm, int pid)
    {
        string said = await RunAsync(vm, $$"""
            before=$(grep -c hot /tmp/shape); kill -USR1 {{pid}}
            until [ $(grep -c hot /tmp/shape) -gt $before ]; do sleep 0.1; done
            tail -n 1 /tmp/shape
            """);
        return [.. said.Trim().Split(' ').Skip(1).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
    }

    private static async Task<string> RunAsync(LabMachine vm, string script)
    {
        LabResult result = await vm.RunAsync(script, TimeSpan.FromMinutes(4), ct: TestContext.Current.CancellationToken);
        Assert.True(result.ExitCode == 0, $"{result.ExitCode}: {result.Stdout}\n{result.Stderr}");
        return result.Stdout;
    }
}
