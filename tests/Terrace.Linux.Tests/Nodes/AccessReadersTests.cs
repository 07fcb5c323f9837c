using Terrace.Linux.Files;
using Terrace.Linux.Kernel;
using Terrace.Linux.Nodes;

namespace Terrace.Linux.Tests.Nodes;

public sealed class AccessReadersTests : IDisposable
{
    private const string First = "sys/kernel/mm/damon/admin/kdamonds/0/";
    private const string Debug = "sys/kernel/debug/damon/";
    private readonly CapturedTree _tree = CapturedTree.CopyOf("two-tier-6.12");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void A_kernel_where_nothing_of_it_runs_has_none() => Assert.Empty(AccessReaders.Read(new FileTree(_tree.Root)));

    [Theory]
    [InlineData("damon_stat", "Y", "DAMON_STAT clears accessed bits of all memory", "damon_stat")]
    [InlineData("damon_reclaim", "Y", "DAMON_RECLAIM clears accessed bits of all memory", null)]
    [InlineData("damon_lru_sort", "1", "DAMON_LRU_SORT clears accessed bits of all memory", null)]
    [InlineData("damon_stat", "N", null, null)]
    public void Modules_of_DAMON_are_found_and_only_its_statistics_are_Terraces_to_turn_off(
        string module, string enabled, string? said, string? knob)
    {
        _tree.With($"sys/module/{module}/parameters/enabled", enabled + "\n");
        AccessReader? reader = new TopologyReader(_tree.Root).ReadKernelTiering().Readers.SingleOrDefault();
        Assert.Equal((said, knob), (reader?.ToString(), reader?.Knob));
        KernelSettings settings = new(_tree.Root);
        Assert.Equal(knob is null && said is not null, said is not null && settings.Find(module)!.ShownOnlyBecause is not null);
    }

    [Theory]
    [InlineData("on", "paddr", "DAMON (kdamond 0) clears accessed bits of all memory")]
    [InlineData("on", "vaddr", "DAMON (kdamond 0) clears accessed bits of processes 812, 813")]
    [InlineData("off", "vaddr", null)]
    public void A_thread_of_DAMON_that_somebody_set_up_is_named_with_what_it_looks_at(string state, string operations, string? said)
    {
        _tree.With(First + "state", state + "\n")
            .With(First + "contexts/0/operations", operations + "\n")
            .With(First + "contexts/0/targets/0/pid_target", "812\n")
            .With(First + "contexts/0/targets/1/pid_target", "813\n");
        Assert.Equal(said, AccessReaders.Read(new FileTree(_tree.Root)).SingleOrDefault()?.ToString());
    }

    [Theory]
    [InlineData("none", "812 813", null)]
    [InlineData("77", "812 813", "DAMON (debugfs, thread 77) clears accessed bits of processes 812, 813")]
    [InlineData("77", "812", "DAMON (debugfs, thread 77) clears accessed bits of process 812")]

    // By physical address: a number that stands for no process.
    [InlineData("77", "42", "DAMON (debugfs, thread 77) clears accessed bits of all memory")]
    [InlineData("77", "", "DAMON (debugfs, thread 77) clears accessed bits of processes that somebody chose")]
    public void DAMON_that_runs_by_its_older_interface_is_named_with_what_it_looks_at(string thread, string targets, string? said)
    {
        // On, because some other context runs.
        _tree.With(Debug + "monitor_on", "on\n").With(Debug + "kdamond_pid", thread + "\n").With(Debug + "target_ids", targets + "\n");
        AccessReader? reader = AccessReaders.Read(new FileTree(_tree.Root)).SingleOrDefault();
        Assert.Equal(said, reader?.ToString());
        Assert.Null(reader?.Knob);
    }

    [Fact]
    public void Further_contexts_of_the_older_interface_are_found_and_a_process_that_has_the_number_for_all_memory_is_named()
    {
        _tree.With(Debug + "monitor_on_DEPRECATED", "on\n").With(Debug + "kdamond_pid", "none\n").With(Debug + "target_ids", "\n")
            .With(Debug + "mine/kdamond_pid", "78\n").With(Debug + "mine/target_ids", "42\n").With("proc/42/cmdline", "redis\0");
        AccessReader reader = Assert.Single(AccessReaders.Read(new FileTree(_tree.Root)));
        Assert.Equal("DAMON (debugfs, thread 78) clears accessed bits of process 42 or of all memory", reader.ToString());
        Assert.Equal($"/{Debug}mine/kdamond_pid", reader.File);
    }

    [Fact]
    public void Files_that_are_there_and_cannot_be_read_are_named()
    {
        Assert.Empty(AccessReaders.Unreadable(new FileTree(_tree.Root)));

        // Root may read any file, and nobody a folder.
        Directory.CreateDirectory(Path.Combine(_tree.Root, "sys/module/damon_stat/parameters/enabled"));
        Directory.CreateDirectory(Path.Combine(_tree.Root, First, "state"));
        Directory.CreateDirectory(Path.Combine(_tree.Root, Debug, "kdamond_pid"));
        Assert.Equal(
            ["/sys/module/damon_stat/parameters/enabled", $"/{First}state", $"/{Debug}kdamond_pid"],
            AccessReaders.Unreadable(new FileTree(_tree.Root)));
    }

    [Fact]
    public void Programs_that_have_the_idle_bitmap_open_are_found_but_the_one_that_asks()
    {
        foreach (int pid in new[] { 100, 200 })
        {
            _tree.With($"proc/{pid}/stat", "");
            Directory.CreateDirectory(Path.Combine(_tree.Root, $"proc/{pid}/fd"));
            File.CreateSymbolicLink(Path.Combine(_tree.Root, $"proc/{pid}/fd/3"), "/sys/kernel/mm/page_idle/bitmap");
        }

        Assert.Equal([100], AccessReaders.IdleBitmapUsers(new FileTree(_tree.Root), but: 200));
    }
}
