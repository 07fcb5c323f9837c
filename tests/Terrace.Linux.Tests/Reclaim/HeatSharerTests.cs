using System.Diagnostics;
using Terrace.Core.Units;
using Terrace.Linux.Interop;
using Terrace.Linux.Reclaim;

namespace Terrace.Linux.Tests.Reclaim;

/// <summary>On this process's own memory: what the kernel makes of it is for the lab.</summary>
public sealed unsafe class HeatSharerTests : IDisposable
{
    private const int Pages = 4096;

    private readonly AnonymousMemory _memory;
    private readonly ReclaimLists _lists = new("/");
    private readonly PidFd _self;

    public HeatSharerTests()
    {
        Assert.Equal(0, AnonymousMemory.TryMap(Pages * Chunk.PageBytes, out AnonymousMemory? memory));
        _memory = memory!;
        Assert.Equal(0, _memory.UseHugePages(false));
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
        _self = self!;
        for (int page = 0; page < Pages; page += 3)
        {
            _memory.Address[page * Chunk.PageBytes] = (byte)page;
        }
    }

    private ulong[] AllPages => [.. Enumerable.Range(0, Pages).Select(page => (ulong)_memory.Address + ((ulong)page << Chunk.PageShift))];

    public void Dispose()
    {
        _self.Dispose();
        _lists.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void Hot_pages_that_are_not_there_are_passed_over_and_not_brought_into_memory()
    {
        SkipWhereForbidden();
        int[] before = Nodes();
        ulong[] pages = [1UL << 12, .. AllPages];
        Assert.Equal(before.Count(node => node >= 0), new HeatSharer(_self, lookup: null, _lists).ShareHot(pages));
        Assert.Equal(before.Select(node => node >= 0), Nodes().Select(node => node >= 0));
        Assert.True(
            Enumerable.Range(0, Pages).Where(page => page % 3 == 0).All(page => _memory.Address[page * Chunk.PageBytes] == (byte)page));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Reading_several_times_counts_each_page_once_and_passes_over_what_is_nowhere_mapped(int times)
    {
        SkipWhereForbidden();
        ulong[] there = [.. AllPages.Where((_, page) => page % 3 == 0)];
        ulong[] pages = [1UL << 12, .. there[..700], 2UL << 12, 9UL << 12, .. there[700..], 3UL << 12];
        Assert.Equal(there.Length, RemoteRead.Touch(Environment.ProcessId, pages, times));
    }

    [Fact]
    public void Telling_again_and_again_makes_no_garbage()
    {
        SkipWhereForbidden();
        ulong[] pages = AllPages;
        HeatSharer sharer = new(_self, lookup: null, _lists);
        int told = 0;
        Assert.Equal(0, Garbage.Of(() =>
        {
            told = sharer.ShareHot(pages.AsSpan(0, 300));
            sharer.ShareCold(pages.AsSpan(600, 30));
        }));
        Assert.True(told > 0);
    }

    [Fact]
    public void Of_a_process_that_has_gone_nothing_is_told()
    {
        using Process child = Process.Start("/bin/sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(child.Id, out PidFd? pidFd));
        using (pidFd)
        {
            child.Kill();
            child.WaitForExit();
            HeatSharer sharer = new(pidFd!, lookup: null, _lists);
            Assert.Equal((0, 0), (sharer.ShareHot(AllPages), sharer.ShareCold(AllPages)));
        }
    }

    private void SkipWhereForbidden()
    {
        ulong there = (ulong)_memory.Address;
        Assert.SkipWhen(MovePages.Probe() != 0, "move_pages is not there, or not permitted");
        Assert.SkipWhen(
            RemoteRead.Touch(Environment.ProcessId, new ReadOnlySpan<ulong>(in there)) == 0,
            "process_vm_readv is not there, or not permitted");
    }

    private int[] Nodes()
    {
        ulong[] pages = AllPages;
        int[] nodes = new int[Pages];
        Assert.Equal(0, MovePages.Query(Environment.ProcessId, pages, nodes));
        return nodes;
    }
}
