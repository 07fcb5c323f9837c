using Terrace.Core.Machine;
using Terrace.Linux.Files;
using Terrace.Linux.Nodes;
using Terrace.Linux.Processes;
using Terrace.Linux.Tests.Nodes;

namespace Terrace.Linux.Tests.Processes;

public sealed class ThreadHomesTests : IDisposable
{
    private static readonly CpuNodes s_cpus = new(new Topology(
    [
        new MemoryNode(0, 1 << 30, [0, 1], new Dictionary<int, int>()),
        new MemoryNode(1, 1 << 30, [2, 3], new Dictionary<int, int>()),
        new MemoryNode(2, 1 << 30, [], new Dictionary<int, int>()),
    ]));

    private readonly CapturedTree _tree = CapturedTree.Empty();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Threads_count_by_the_time_that_they_ran_since_the_last_look()
    {
        ThreadHomes homes = new(new FileTree(_tree.Root), 77, s_cpus.Of);
        Thread(77, ticks: 500, cpu: 0);
        Thread(78, ticks: 100, cpu: 3);
        Thread(79, ticks: 20, cpu: 2);
        Assert.Equal([(0, 500L), (1, 120L)], Read(homes));

        // The first has slept since; one of the others has come to its socket.
        Thread(78, ticks: 130, cpu: 1);
        Thread(79, ticks: 110, cpu: 2);
        Assert.Equal([(0, 30L), (1, 90L)], Read(homes));

        // Nobody has run: where they were still holds.
        Assert.Equal([(0, 30L), (1, 90L)], Read(homes));
    }

    [Fact]
    public void Of_many_threads_others_are_looked_at_each_time_so_that_none_is_missed_for_long()
    {
        ThreadHomes homes = new(new FileTree(_tree.Root), 77, s_cpus.Of);
        for (int i = 0; i < 200; i++)
        {
            // The first hundred sleep on the first socket, the others work on the second.
            Thread(77 + i, ticks: i < 100 ? 0 : 100, cpu: i < 100 ? 0 : 2);
        }

        Assert.Empty(Read(homes));
        for (int look = 0; look < 3; look++)
        {
            homes.Read();
        }

        Assert.Equal([1], homes.Read().Select(home => home.Node));

        // Half of them have come to the first socket, and the longer they stay the less what was before counts.
        for (int look = 1; look < 40; look++)
        {
            for (int i = 100; i < 200; i++)
            {
                Thread(77 + i, ticks: 100 + (look * 10), cpu: i < 150 ? 1 : 2);
            }

            homes.Read();
        }

        long[] weights = [.. homes.Read().OrderBy(home => home.Node).Select(home => home.Weight)];
        Assert.Equal(2, weights.Length);
        Assert.InRange(weights[0] / (double)weights.Sum(), 0.1, 0.9);
    }

    [Fact]
    public void A_thread_that_may_no_longer_run_where_it_ran_counts_for_the_nodes_that_it_may_run_on()
    {
        ThreadHomes homes = new(new FileTree(_tree.Root), 77, s_cpus.Of);
        Thread(77, ticks: 100, cpu: 0);
        MayRunOn(77, "2-3");
        Thread(78, ticks: 40, cpu: 1);
        MayRunOn(78, "0-3");
        Assert.Equal([(0, 40L), (1, 100L)], Read(homes));
    }

    [Theory]
    [InlineData("2-3", 1)]
    [InlineData("0", 0)]
    public void Before_any_thread_has_run_it_is_where_they_may_run(string cpus, int node)
    {
        ThreadHomes homes = new(new FileTree(_tree.Root), 77, s_cpus.Of);
        Thread(77, ticks: 0, cpu: 1 - node);
        MayRunOn(77, cpus);
        Assert.Equal([node], homes.Read().Select(home => home.Node));
    }

    [Fact]
    public void A_process_that_is_gone_or_a_line_that_is_none_tells_nothing()
    {
        ThreadHomes homes = new(new FileTree(_tree.Root), 77, s_cpus.Of);
        Assert.Empty(homes.Read());
        _tree.With("proc/77/task/77/stat", "77 (x) R 1\n");
        Assert.Empty(homes.Read());
        Thread(77, ticks: 5, cpu: 99);
        Assert.Empty(homes.Read());
    }

    [Theory]
    [InlineData("1 (a) b) R 0 0 0 0 0 0 0 0 0 0 1 2 0 0 20 0 1 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 6 0 0 0\n", 6)]
    [InlineData("1 (a) R 0\n", -1)]
    [InlineData("", -1)]
    public void The_processor_is_the_39th_field_whatever_the_name_is(string stat, int cpu) =>
        Assert.Equal(cpu, ProcessStat.ProcessorOf(System.Text.Encoding.ASCII.GetBytes(stat)));

    private void MayRunOn(int thread, string cpus) => _tree.With(
        $"proc/77/task/{thread}/status", $"Name:\tx\nCpus_allowed:\tf\nCpus_allowed_list:\t{cpus}\nMems_allowed_list:\t0-2\n");

    private static (int, long)[] Read(ThreadHomes homes) =>
        [.. homes.Read().Select(home => (home.Node, home.Weight / (TimeSpan.TicksPerSecond / 100))).OrderBy(home => home.Node)];

    private void Thread(int thread, long ticks, int cpu) => _tree.With(
        $"proc/77/task/{thread}/stat",
        $"{thread} (name) S 1 1 1 0 -1 0 0 0 0 0 {ticks} 0 0 0 20 0 3 0 5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 {cpu} 0 0 0\n");
}
