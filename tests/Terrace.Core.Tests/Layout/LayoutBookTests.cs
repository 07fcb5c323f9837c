using Terrace.Core.Layout;

namespace Terrace.Core.Tests.Layout;

public sealed class LayoutBookTests
{
    private static readonly PageSpan[] s_memory = [new(0, 30_000)];

    [Fact]
    public void What_is_prepared_is_in_force_only_when_it_is_committed_and_never_when_it_is_given_up()
    {
        LayoutBook book = new(MemoryLayout.Push(s_memory, 0));
        Assert.False(book.TryCommit());
        Assert.False(book.TryAbort());
        Assert.True(book.TryPrepare(MemoryLayout.Push(s_memory, 1)));
        Assert.Equal(0, book.Current.NodeOf(5));
        Assert.False(book.TryPrepare(MemoryLayout.Push(s_memory, 2)));
        Assert.True(book.TryAbort());
        Assert.Equal((0, 0L), (book.Current.NodeOf(5), book.Commits));
        Assert.True(book.TryPrepare(MemoryLayout.Push(s_memory, 3)));
        Assert.True(book.TryCommit());
        Assert.Equal((3, 1L), (book.Current.NodeOf(5), book.Commits));
        Assert.Null(book.Prepared);
    }

    [Fact]
    public async Task Readers_see_one_whole_layout_while_others_are_committed()
    {
        LayoutBook book = new(MemoryLayout.Push(s_memory, 0));
        using CancellationTokenSource over = new();
        Task<long>[] readers =
        [
            .. Enumerable.Range(0, 2).Select(_ => Task.Run(() => Read(book, over.Token), TestContext.Current.CancellationToken)),
        ];
        for (int turn = 1; turn <= 3000; turn++)
        {
            Assert.True(book.TryPrepare(MemoryLayout.Push(s_memory, turn % 5)));
            Assert.True(book.TryCommit());
        }

        await over.CancelAsync();
        Assert.All(await Task.WhenAll(readers), seen => Assert.True(seen > 0));
    }

    [Fact]
    public void Ten_thousand_commits_leave_the_heap_as_large_as_a_hundred()
    {
        LayoutBook book = new(MemoryLayout.Push(s_memory, 0));
        long Commit(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.True(book.TryPrepare(book.Current.With(MemoryLayout.Stripe([new(0, 3000)], (ulong)(1 + (i % 7)), [0, 1, 2]))));
                Assert.True(book.TryCommit());
            }

            return GC.GetTotalMemory(forceFullCollection: true);
        }

        // A layout of a thousand ranges is some 40 KB: one leaked in a hundred would show.
        long before = Commit(105);
        Assert.InRange(Commit(10_003) - before, long.MinValue, 1_000_000);
        Assert.Equal(10_108, book.Commits);
    }

    private static long Read(LayoutBook book, CancellationToken over)
    {
        long looks = 0;
        while (!over.IsCancellationRequested || looks == 0)
        {
            MemoryLayout layout = book.Current;
            int node = layout.NodeOf(0);
            for (ulong page = 0; page < 30_000; page += 977)
            {
                Assert.Equal(node, layout.NodeOf(page));
            }

            looks++;
        }

        return looks;
    }
}
