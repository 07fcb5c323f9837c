using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Tests.Migration;

/// <summary>What the kernel's answers mean where pages of folios are named (6.12 and 7.3 answer alike).</summary>
public sealed class MoveFoliosTests : IDisposable
{
    private const ulong First = 0x7f00_0010_0000;
    private readonly PidFd _self;

    public MoveFoliosTests()
    {
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
        _self = self!;
    }

    public void Dispose() => _self.Dispose();

    [Fact]
    public void One_page_is_named_for_a_folio_and_all_of_it_counts()
    {
        FakeMovePages kernel = Kernel(pages: 64, folioPages: 16);
        (MoveResult[] results, ushort[] arrived) = Move(kernel, [First, First + 0x10000, First + 0x20000], [16, 16, 16]);
        Assert.All(results, result => Assert.Equal(MoveResult.Moved, result));
        Assert.Equal([16, 16, 16], arrived);
        Assert.Equal(48, kernel.NodeOf.Values.Count(node => node == 1));
        Assert.Equal(1, kernel.Calls);
    }

    [Fact]
    public void Of_a_folio_that_was_split_meanwhile_the_pages_that_stayed_are_named_one_by_one()
    {
        FakeMovePages kernel = Kernel(pages: 32, folioPages: 16);
        kernel.Split.Add(First);
        kernel.Refused[First + 0x7000] = -Errno.EBUSY;
        kernel.NodeOf.Remove(First + 0x9000);
        (MoveResult[] results, ushort[] arrived) = Move(kernel, [First, First + 0x10000], [16, 16]);
        Assert.Equal([MoveResult.Moved, MoveResult.Moved], results);
        Assert.Equal([14, 16], arrived);
        Assert.Equal((1, 30), (kernel.NodeOf.Values.Count(node => node == 0), kernel.NodeOf.Values.Count(node => node == 1)));
    }

    [Fact]
    public void A_page_that_is_busy_because_another_of_its_folio_was_named_has_moved()
    {
        FakeMovePages kernel = Kernel(pages: 16, folioPages: 16);
        MoveResult[] results = new MoveResult[16];
        new MovePagesMigrator(_self, kernel).Move([.. kernel.NodeOf.Keys.Order()], 1, results);
        Assert.All(results, result => Assert.Equal(MoveResult.Moved, result));
    }

    [Fact]
    public void A_folio_that_cannot_be_moved_or_is_there_already_counts_as_such()
    {
        FakeMovePages kernel = Kernel(pages: 48, folioPages: 16);
        kernel.Refused[First] = -Errno.EBUSY;
        foreach (ulong page in kernel.NodeOf.Keys.Where(page => page >= First + 0x20000).ToArray())
        {
            kernel.NodeOf[page] = 1;
        }

        (MoveResult[] results, ushort[] arrived) = Move(kernel, [First, First + 0x10000, First + 0x20000], [16, 16, 16]);
        Assert.Equal([MoveResult.Busy, MoveResult.Moved, MoveResult.AlreadyThere], results);
        Assert.Equal([0, 16, 16], arrived);
    }

    [Fact]
    public void Many_large_folios_are_checked_in_more_than_one_piece()
    {
        FakeMovePages kernel = Kernel(pages: 256 * 40, folioPages: 256);
        (_, ushort[] arrived) = Move(
            kernel, [.. Enumerable.Range(0, 40).Select(folio => First + ((ulong)folio << 20))], [.. Enumerable.Repeat((ushort)256, 40)]);
        Assert.All(arrived, pages => Assert.Equal(256, pages));
    }

    private static FakeMovePages Kernel(int pages, int folioPages)
    {
        FakeMovePages kernel = new() { FolioPages = folioPages };
        for (int page = 0; page < pages; page++)
        {
            kernel.NodeOf[First + ((ulong)page << 12)] = 0;
        }

        return kernel;
    }

    private (MoveResult[] Results, ushort[] Arrived) Move(FakeMovePages kernel, ulong[] addresses, ushort[] counts)
    {
        MoveResult[] results = new MoveResult[addresses.Length];
        ushort[] arrived = new ushort[addresses.Length];
        new MovePagesMigrator(_self, kernel).MoveFolios(addresses, counts, 1, results, arrived);
        return (results, arrived);
    }
}
