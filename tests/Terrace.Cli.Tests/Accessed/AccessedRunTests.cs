using Terrace.Cli.Accessed;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;
using Terrace.Simulation.Machine;

namespace Terrace.Cli.Tests.Accessed;

public sealed class AccessedRunTests : IDisposable
{
    private const int Pages = 4096;
    private const int Chunks = 8;

    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1);

    private readonly SimulatedProcess _process = Start();
    private readonly MemoryStream _stream = new();
    private readonly List<AccessedScan> _scans = [];

    public void Dispose()
    {
        _process.Dispose();
        _stream.Dispose();
    }

    [Fact]
    public void Each_scan_is_written_and_counted_whole()
    {
        Run(scans: 3);
        Assert.Equal([Pages, Pages, Pages], IdlePagesStream.Read(_stream.ToArray()).Select(scan => scan.Count));
        Assert.Equal([1, 2, 3], _scans.Select(scan => scan.Scan));
        Assert.All(
            _scans,
            scan => Assert.Equal((0L, (long)Pages, 0L, 0L), (scan.AccessedPages, scan.IdlePages, scan.HolePages, scan.HugePages)));
        Assert.All(_scans, scan => Assert.True(scan.IntervalMs >= 1));
    }

    [Fact]
    public void Pages_that_were_freed_are_holes()
    {
        _process.Unmap(_process.Mappings[0], 10, 20);
        Run(scans: 1);
        Assert.Equal((Pages - 20L, 20L), (_scans[0].IdlePages, _scans[0].HolePages));
        Assert.Equal(Pages - 20, IdlePagesStream.Read(_stream.ToArray())[0].Count);
    }

    [Fact]
    public void A_process_that_exits_says_after_how_many_scans_and_the_last_one_has_no_end()
    {
        _process.Faults.ExitAfterChunksRead = (2 * Chunks) + 3;
        CommandFailure failure = Assert.Throws<CommandFailure>(() => Run(scans: 5));
        Assert.Equal((ExitCode.NoSuchProcess, $"process {_process.Pid} exited after 2 scans"), (failure.ExitCode, failure.Message));
        Assert.Equal(2, IdlePagesStream.Read(_stream.ToArray()).Count);
        Assert.Equal(2, _scans.Count);
    }

    [Fact]
    public void A_scan_of_which_nothing_was_written_is_done_again_after_execve()
    {
        _process.Exec();
        Run(scans: 1);
        Assert.Empty(Assert.Single(IdlePagesStream.Read(_stream.ToArray())));
    }

    [Theory]
    [InlineData(Errno.EPERM, ExitCode.NotPermitted)]
    [InlineData(Errno.EIO, ExitCode.Unavailable)]
    public void What_the_kernel_refuses_has_its_code(int errno, int code)
    {
        _process.Faults.ScanErrno = errno;
        Assert.Equal(code, Assert.Throws<CommandFailure>(() => Run(scans: 1)).ExitCode);
    }

    [Fact]
    public void When_it_is_stopped_it_says_how_far_it_came()
    {
        using CancellationTokenSource stop = new();
        CommandFailure failure = Assert.Throws<CommandFailure>(
            () => Run(scans: 5, onDone: scan => (scan == 2 ? stop : null)?.Cancel(), stop: stop));
        Assert.Equal((ExitCode.Interrupted, "stopped after 2 scans of 5"), (failure.ExitCode, failure.Message));
        Assert.Equal(2, IdlePagesStream.Read(_stream.ToArray()).Count);
    }

    [Fact]
    public void It_ends_while_it_waits_when_nobody_reads_any_more()
    {
        CommandFailure failure = Assert.Throws<CommandFailure>(() => Run(scans: 5, interval: TimeSpan.FromDays(1), isNobodyReading: true));
        Assert.Equal(ExitCode.NobodyReads, failure.ExitCode);
    }

    private static SimulatedProcess Start()
    {
        SimulatedMachine machine = new(SimulatedMachineSpec.TwoTiers(8L << 20, 64L << 20));
        SimulatedProcess process = machine.StartProcess("example");
        process.Populate(process.Map(Pages));
        return process;
    }

    private void Run(
        int scans,
        TimeSpan? interval = null,
        Action<int>? onDone = null,
        bool isNobodyReading = false,
        CancellationTokenSource? stop = null)
    {
        AccessedRun run = new(_process, new AccessedPages(new AddressSelection(), new IdlePagesWriter(_stream)))
        {
            OnDone = scan =>
            {
                _scans.Add(scan);
                onDone?.Invoke(scan.Scan);
            },
            IsNobodyReading = () => isNobodyReading,
        };
        run.Run(scans, interval ?? s_short, stop?.Token ?? TestContext.Current.CancellationToken);
    }
}
