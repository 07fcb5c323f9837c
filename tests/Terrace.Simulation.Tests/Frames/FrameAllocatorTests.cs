using Terrace.Core.Layout;
using Terrace.Simulation.Chance;
using Terrace.Simulation.Frames;

namespace Terrace.Simulation.Tests.Frames;

/// <summary>A page allocator whose layout changes: every frame is counted again after every step.</summary>
public sealed class FrameAllocatorTests
{
    private const int Frames = 32768;
    private static readonly PageSpan[] s_all = [new(0, Frames)];
    private static readonly MemoryLayout s_boot = MemoryLayout.Of([new(0, Frames / 2, 0), new(Frames / 2, Frames, 1)]);
    private static readonly MemoryLayout s_striped = MemoryLayout.Stripe(s_all, 256, [0, 1, 2]);

    [Fact]
    public void Accounts_agree_with_every_frame_after_whatever_happens()
    {
        for (ulong seed = 0; seed < 40; seed++)
        {
            DoAnything(new SeededRandom(seed));
        }
    }

    [Fact]
    public void The_example_of_the_RFC_is_striped_over_three_nodes_with_pages_in_use()
    {
        FrameAllocator frames = new(s_boot, [0, 0, 0, 0, 1, 1, 1, 1]);
        List<int> used = AllocateSome(frames, Frames * 6 / 10);
        frames.Commit(s_striped);
        frames.CheckAccounts();
        Assert.True(frames.Awaiting > 0);
        Assert.All(used, frame => Assert.Equal(s_boot.NodeOf((ulong)frame), frames.NodeOf(frame)));
        FreeAll(frames, used);
        frames.CheckAccounts();
        Assert.Equal([(0, 11008L), (1, 11008L), (2, 10752L)], frames.Export().Select(node => (node.Node, node.Present)));
        Assert.All(frames.Export(), node => Assert.Equal(node.Present, node.Free));
    }

    [Fact]
    public void What_is_put_back_before_it_was_freed_awaits_nothing_any_more()
    {
        FrameAllocator frames = new(s_boot, [0]);
        List<int> used = AllocateSome(frames, 3000);
        frames.Commit(s_striped);
        Assert.True(frames.Awaiting > 0);
        frames.Commit(s_boot);
        Assert.Equal(0, frames.Awaiting);
        FreeAll(frames, used);
        frames.CheckAccounts();
        Assert.Equal([(0, Frames / 2L), (1, Frames / 2L)], frames.Export().Select(node => (node.Node, node.Free)));
    }

    // "Transplant of free pages is very slow due to excessive use of stop_machine() via zone_pcp_update() & build_zonelists()"
    [Fact]
    public void A_commit_makes_zone_lists_once_and_waits_for_no_processor()
    {
        FrameAllocator frames = new(s_boot, [0, 1]);
        AllocateSome(frames, 1);
        long before = frames.ReachesMade;

        // Processor 1 never comes to the allocator meanwhile: were it waited for, this would not end.
        frames.Commit(MemoryLayout.Push(s_all, 2));
        Assert.Equal(before + 1, frames.ReachesMade);
        Assert.InRange(frames.LongestSlice, 1, FrameAllocator.SliceFrames);

        // Frames in lists of CPUs are in nobody's way either: they go at the next visit.
        long onCpus = frames.Export().Sum(node => node.OnCpus);
        Assert.True(onCpus > 0);
        frames.Free(0, frames.Allocate(0, 3), 3);
        frames.CheckAccounts();
        Assert.Equal(0, frames.Export().Sum(node => node.OnCpus));
    }

    // "memory leak when SLUB is used (struct kmem_cache_nodes are leaked)"
    [Fact]
    public void Ten_thousand_commits_leave_nothing_behind()
    {
        const int Small = 2048;
        MemoryLayout[] layouts =
        [
            .. Enumerable.Range(1, 8).Select(nodes => MemoryLayout.Stripe([new(0, Small)], 64, [.. Enumerable.Range(nodes, nodes)])),
        ];
        FrameAllocator frames = new(layouts[0], [0]);
        WeakReference early = CommitAnother(frames, Small);
        for (int i = 0; i < 10_000; i++)
        {
            frames.Commit(layouts[i % layouts.Length]);
        }

        frames.CheckAccounts();
        GC.Collect();
        Assert.False(early.IsAlive);
        Assert.Equal(10_001, frames.Commits);
        Assert.Equal(8, frames.Export().Count);
        Assert.Equal(Small, frames.Export().Sum(node => node.Free));
    }

    // "Locking of managed_pages/present_pages needs adjustment", "Uses pageflag setters without owning pages, could cause loss of
    // pageflag updates"
    [Fact]
    public async Task Processors_that_allocate_and_free_while_layouts_are_committed_lose_no_frame_and_no_mark()
    {
        const int Small = 8192;
        FrameAllocator frames = new(MemoryLayout.Push([new(0, Small)], 0), [0, 1, 2]);
        CancellationToken stop = TestContext.Current.CancellationToken;
        Task[] processors = [.. Enumerable.Range(0, 3).Select(cpu => Task.Run(() => Work(frames, cpu, rounds: 3000), stop))];
        for (int i = 0; i < 300; i++)
        {
            frames.Commit(MemoryLayout.Stripe([new(0, Small)], (ulong)(1 + (i * 37 % 500)), [0, 1, 2]));
            Assert.Equal(Small, frames.Export().Sum(node => node.Present));
        }

        await Task.WhenAll(processors);
        for (int cpu = 0; cpu < 3; cpu++)
        {
            frames.DrainAll(cpu);
        }

        frames.CheckAccounts();
        Assert.Equal(0, frames.Awaiting);
        Assert.Equal(Small, frames.Export().Sum(node => node.Free));
    }

    // "Exported numa/memory info in sysfs isn't updated (numactl --hardware shows new nodes as nearly empty)"
    [Fact]
    public void What_is_reported_of_nodes_is_true_right_after_a_commit_and_listeners_learn_of_it()
    {
        FrameAllocator frames = new(s_boot, [0]);
        List<long> heard = [];
        frames.Changed = heard.Add;
        frames.Commit(MemoryLayout.Push(s_all, 5));
        Assert.Equal([new NodeMemory(5, Frames, Frames, Frames, 0)], frames.Export());
        frames.Commit(s_striped);
        Assert.Equal([0, 1, 2], frames.Export().Select(node => node.Node));
        Assert.Equal([1L, 2L], heard);
    }

    // "some strange sleeps while atomic (for me they occur when memory is moved out of all the boot nodes)"
    [Fact]
    public void All_memory_can_leave_the_boot_nodes_under_load_and_come_back()
    {
        FrameAllocator frames = new(s_boot, [0, 1]);
        List<int> used = AllocateSome(frames, 1000);
        frames.Commit(MemoryLayout.Push(s_all, 7));
        int elsewhere = frames.Allocate(1);
        Assert.True(elsewhere >= 0);
        FreeAll(frames, used);
        frames.Free(1, elsewhere);
        frames.DrainAll(1);
        frames.CheckAccounts();
        Assert.Equal([7], frames.Export().Select(node => node.Node));
        frames.Commit(s_boot);
        frames.CheckAccounts();
        Assert.Equal([0, 1], frames.Export().Select(node => node.Node));
    }

    // "updating the cpu->node mappings is also needed. Also missing is a way to update topology (node distances)"
    [Fact]
    public void Processors_and_distances_change_with_the_layout()
    {
        FrameAllocator frames = new(s_boot, [0]);
        Assert.Equal(0, frames.NodeOf(frames.Allocate(0, 2)));
        frames.Commit(s_striped, nodeOfCpu: [1]);
        Assert.Equal(1, frames.NodeOf(frames.Allocate(0, 2)));
        frames.Commit(MemoryLayout.Stripe(s_all, 512, [0, 2]), distances: [[10, 20, 20], [30, 10, 15], [20, 20, 10]]);
        Assert.Equal(2, frames.NodeOf(frames.Allocate(0, 3)));
    }

    [Fact]
    public void In_place_copies_nothing_where_hotplug_and_migration_copy_or_refuse()
    {
        FrameAllocator frames = new(MemoryLayout.Push([new(0, 4 * Frames)], 0), [0]);
        Assert.True(frames.TryReserve(5, 6));
        AllocateSome(frames, 20_000);
        PageSpan[] whole = [new(0, 4 * Frames)];

        // Whole blocks: hotplug can do all but the one that something is fixed in.
        MemoryLayout pushed = MemoryLayout.Push(whole, 1);
        LayoutMeans inPlace = LayoutMeans.InPlace(frames, pushed);
        LayoutMeans hotplug = LayoutMeans.Hotplug(frames, pushed);
        LayoutMeans migration = LayoutMeans.Migration(frames, pushed);
        Assert.Equal((0, 1), (inPlace.Copied, inPlace.Never));
        Assert.Equal(4 * Frames, inPlace.AtOnce + inPlace.Later + inPlace.Never);
        Assert.Equal(Frames, hotplug.Never);
        Assert.InRange(hotplug.Copied, 1, 20_000);
        Assert.Equal((4 * Frames, 0), (migration.Never, migration.AtOnce));
        Assert.Equal(20_000, migration.Copied);

        // Stripes of 1 MiB: a block of 128 MiB is on one node.
        MemoryLayout striped = MemoryLayout.Stripe(whole, 256, [0, 1, 2]);
        Assert.Equal(0, LayoutMeans.Hotplug(frames, striped).AtOnce);
        Assert.True(LayoutMeans.InPlace(frames, striped).AtOnce > 0);

        // What was foretold comes about.
        frames.Commit(pushed);
        Assert.Equal(inPlace.Later, frames.Awaiting);
        Assert.Equal(inPlace.AtOnce, frames.Export().Single(node => node.Node == 1).Free);
    }

    [Fact]
    public void A_layout_that_does_not_fit_the_machine_is_refused_and_changes_nothing()
    {
        FrameAllocator frames = new(s_boot, [0]);
        Assert.Throws<ArgumentException>(() => frames.Commit(MemoryLayout.Push([new(0, Frames - 1)], 0)));
        Assert.Throws<ArgumentException>(() => frames.Commit(MemoryLayout.Push([new(1, Frames + 1)], 0)));
        Assert.Throws<ArgumentException>(() => frames.Commit(MemoryLayout.Push(s_all, FrameAllocator.MaxNodes)));
        frames.CheckAccounts();
        Assert.Equal(0, frames.Commits);
    }

    // Not inlined, so that no register keeps the layout alive.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference CommitAnother(FrameAllocator frames, ulong count)
    {
        MemoryLayout another = MemoryLayout.Stripe([new(0, count)], 3, [0, 1]);
        frames.Commit(another);
        return new WeakReference(another);
    }

    private static List<int> AllocateSome(FrameAllocator frames, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => frames.Allocate(0))];

    private static void FreeAll(FrameAllocator frames, List<int> used)
    {
        used.ForEach(frame => frames.Free(0, frame));
        frames.DrainAll(0);
    }

    private static void DoAnything(SeededRandom random)
    {
        const int Small = 4096;
        FrameAllocator frames = new(MemoryLayout.Of([new(0, 1000, 0), new(1000, Small, 3)]), [0, 3]);
        Assert.True(frames.TryReserve(10, 20));
        List<(int Block, int Order)> used = [];
        for (int step = 0; step < 120; step++)
        {
            int cpu = (int)(random.Next() % 2);
            switch (random.Next() % 8)
            {
                case < 4:
                    int order = random.Next() % 3 == 0 ? (int)(random.Next() % 11) : 0;
                    for (int i = 0; i < 20 && frames.Allocate(cpu, order) is >= 0 and int block; i++)
                    {
                        used.Add((block, order));
                    }

                    break;
                case < 6:
                    for (int i = 0; i < 30 && used.Count > 0; i++)
                    {
                        int at = (int)(random.Next() % (ulong)used.Count);
                        frames.Free(cpu, used[at].Block, used[at].Order);
                        used[at] = used[^1];
                        used.RemoveAt(used.Count - 1);
                    }

                    break;
                case 6:
                    frames.DrainAll(cpu);
                    break;
                default:
                    ulong blockPages = 1 + (random.Next() % 700);
                    frames.Commit(MemoryLayout.Stripe([new(0, Small)], blockPages, [.. Enumerable.Range(0, 1 + (int)(random.Next() % 5))]));
                    break;
            }

            frames.CheckAccounts();
        }

        foreach ((int block, int order) in used)
        {
            frames.Free(0, block, order);
        }

        frames.DrainAll(0);
        frames.DrainAll(1);
        frames.CheckAccounts();
        Assert.Equal(0, frames.Awaiting);
        Assert.All(Enumerable.Range(20, Small - 20), frame => Assert.Equal(frames.Layout.NodeOf((ulong)frame), frames.NodeOf(frame)));
    }

    private static void Work(FrameAllocator frames, int cpu, int rounds)
    {
        SeededRandom random = new((ulong)cpu);
        Queue<(int Block, int Order)> used = [];
        for (int i = 0; i < rounds; i++)
        {
            int order = (int)(random.Next() % 4);
            int block = frames.Allocate(cpu, order);
            if (block >= 0)
            {
                used.Enqueue((block, order));
            }

            // Stripes of single frames leave no larger block: a processor that starts then has nothing yet that it could free.
            if ((used.Count > 100 || block < 0) && used.TryDequeue(out (int Block, int Order) oldest))
            {
                frames.Free(cpu, oldest.Block, oldest.Order);
            }
        }

        while (used.TryDequeue(out (int Block, int Order) left))
        {
            frames.Free(cpu, left.Block, left.Order);
        }
    }
}
