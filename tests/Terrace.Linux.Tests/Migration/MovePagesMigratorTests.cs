using System.Diagnostics;
using Terrace.Core.Machine;
using Terrace.Linux.Interop;
using Terrace.Linux.Migration;

namespace Terrace.Linux.Tests.Migration;

public sealed class MovePagesMigratorTests : IDisposable
{
    private readonly PidFd _self;

    public MovePagesMigratorTests()
    {
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? pidFd));
        _self = pidFd!;
    }

    public void Dispose() => _self.Dispose();

    [Fact]
    public void Every_page_gets_its_own_result_for_any_mixture_of_failures()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            FakeMovePages kernel = new();
            int count = random.Next(1, 40);
            ulong[] pages = [.. Enumerable.Range(1, count).Select(i => (ulong)i << 12)];
            MoveResult[] expected = new MoveResult[count];
            for (int i = 0; i < count; i++)
            {
                kernel.NodeOf[pages[i]] = 0;
                switch (random.Next(12))
                {
                    case 0:
                        kernel.Refused[pages[i]] = -Errno.EBUSY;
                        expected[i] = MoveResult.Busy;
                        break;
                    case 1:
                        kernel.NodeOf.Remove(pages[i]);
                        expected[i] = MoveResult.Gone;
                        break;
                    case 2:
                        kernel.Refused[pages[i]] = -Errno.EACCES;
                        expected[i] = MoveResult.Denied;
                        break;
                    case 3:
                        kernel.Stuck.Add(pages[i]);
                        expected[i] = MoveResult.Busy;
                        break;
                    case 4:
                        kernel.NodeOf[pages[i]] = 1;
                        expected[i] = MoveResult.AlreadyThere;
                        break;
                }
            }

            MoveResult[] results = new MoveResult[count];
            new MovePagesMigrator(_self, kernel).Move(pages, 1, results);
            Assert.Equal(expected, results);
            Assert.InRange(kernel.Calls, 1, 16);
        }
    }

    [Fact]
    public void A_full_node_takes_what_fits_and_the_rest_is_out_of_memory()
    {
        FakeMovePages kernel = new() { Room = 3 };
        ulong[] pages = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000];
        foreach (ulong page in pages)
        {
            kernel.NodeOf[page] = 0;
        }

        MoveResult[] results = new MoveResult[5];
        new MovePagesMigrator(_self, kernel).Move(pages, 1, results);
        Assert.Equal([MoveResult.Moved, MoveResult.Moved, MoveResult.Moved, MoveResult.NoMemory, MoveResult.NoMemory], results);
    }

    [Theory]
    [InlineData(Errno.ESRCH, MoveResult.ProcessGone)]
    [InlineData(Errno.EACCES, MoveResult.Denied)]
    [InlineData(Errno.ENODEV, MoveResult.NoMemory)]
    public void A_refused_call_gives_its_reason_for_every_page(int error, MoveResult expected)
    {
        FakeMovePages kernel = new() { WholeCallError = error, NodeOf = { [0x1000] = 0, [0x2000] = 0 } };
        MoveResult[] results = new MoveResult[2];
        new MovePagesMigrator(_self, kernel).Move([0x1000, 0x2000], 1, results);
        Assert.Equal([expected, expected], results);
    }

    [Fact]
    public void Without_the_privilege_for_shared_pages_the_others_still_move()
    {
        FakeMovePages kernel = new() { RefuseMoveAll = true, NodeOf = { [0x1000] = 0 } };
        MoveResult[] results = new MoveResult[1];
        new MovePagesMigrator(_self, kernel).Move([0x1000], 1, results);
        Assert.Equal([MoveResult.Moved], results);
    }

    [Fact]
    public void Pages_that_wait_for_a_hinting_fault_move_even_where_the_kernel_calls_them_absent()
    {
        FakeMovePages kernel = new() { NodeOf = { [0x1000] = 0, [0x2000] = 0, [0x4000] = 0 }, Hinting = { 0x2000, 0x4000 } };
        MoveResult[] results = new MoveResult[4];
        new MovePagesMigrator(_self, kernel).Move([0x1000, 0x2000, 0x3000, 0x4000], 1, results);
        Assert.Equal([MoveResult.Moved, MoveResult.Moved, MoveResult.Gone, MoveResult.Moved], results);
    }

    [Fact]
    public unsafe void Touching_passes_over_addresses_without_memory()
    {
        Assert.Equal(0, AnonymousMemory.TryMap(8 << 20, out AnonymousMemory? memory));
        ulong[] addresses = [.. Enumerable.Range(0, 1500).Select(i => i % 10 == 3 ? 0x10UL : (ulong)memory!.Address + ((ulong)i << 12))];
        Assert.Equal(1350, RemoteRead.Touch(Environment.ProcessId, addresses));
        Assert.Equal(0, RemoteRead.Touch(int.MaxValue, addresses));
        memory!.Dispose();
    }

    [Fact]
    public void Nothing_is_asked_of_the_kernel_for_a_process_that_exited()
    {
        using Process child = Process.Start("sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(child.Id, out PidFd? pidFd));
        child.Kill();
        Assert.True(pidFd!.WaitForExit(TimeSpan.FromSeconds(10)));
        FakeMovePages kernel = new() { NodeOf = { [0x1000] = 0 } };
        MoveResult[] results = new MoveResult[1];
        new MovePagesMigrator(pidFd, kernel).Move([0x1000], 1, results);
        Assert.Equal([MoveResult.ProcessGone], results);
        Assert.Equal(0, kernel.Calls);
        pidFd.Dispose();
    }

    [Fact]
    public unsafe void The_kernels_own_call_finds_pages_where_they_are_and_absent_ones_gone_without_garbage()
    {
        Assert.SkipUnless(Directory.Exists("/sys/devices/system/node/node0"), "this kernel has no nodes");
        Assert.Equal(0, AnonymousMemory.TryMap(1 << 20, out AnonymousMemory? memory));
        memory!.UseHugePages(false);
        memory.Address[0] = 1;
        ulong[] pages = [(ulong)memory.Address, (ulong)memory.Address + 0x8000];
        MoveResult[] results = new MoveResult[2];
        MovePagesMigrator migrator = new(_self, lookup: null);
        migrator.Move(pages, 0, results);
        Assert.Equal([MoveResult.AlreadyThere, MoveResult.Gone], results);
        Assert.Equal(0, Garbage.Of(() => migrator.Move(pages, 0, results)));
        memory.Dispose();
    }
}
