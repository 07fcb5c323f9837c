using Terrace.Cli.Exercise;
using Terrace.Linux;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Tests.Exercise;

public sealed unsafe class ExerciseWorkerTests
{
    private static readonly ExerciseOptions s_small = new() { SizeBytes = 4 << 20 };

    [Theory]
    [InlineData(0.1, 0.9)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.01, 0.0)]
    public void Hot_pages_take_their_share_of_the_accesses(double hot, double share)
    {
        ExerciseOptions options = s_small with { HotFraction = hot, HotShare = share };
        using Arena arena = new(options);
        using ExerciseWorker worker = arena.Worker();
        worker.Run(CancellationToken.None, batches: 8192);
        long hotAccesses = 0;
        uint hotPages = (uint)Math.Round(options.Pages * hot);
        for (uint rank = 0; rank < hotPages; rank++)
        {
            hotAccesses += worker.Counts[arena.Order.PageOf(rank, 0)];
        }

        // A million draws: a standard deviation of at most 0.0005.
        Assert.Equal(share, (double)hotAccesses / worker.Accesses, 0.003);
    }

    [Fact]
    public void Every_page_is_accessed_as_its_probability_says()
    {
        ExerciseOptions options = s_small with { Pattern = ExercisePattern.Zipf, ZipfExponent = 0.99 };
        using Arena arena = new(options);
        using ExerciseWorker worker = arena.Worker();
        worker.Run(CancellationToken.None, batches: 40_000);
        double chiSquared = 0;
        for (uint rank = 0; rank < options.Pages; rank++)
        {
            double expected = arena.Law.ProbabilityOf(rank) * worker.Accesses;
            double seen = worker.Counts[arena.Order.PageOf(rank, 0)];
            chiSquared += (seen - expected) * (seen - expected) / expected;
        }

        // 1023 degrees of freedom: mean 1023, standard deviation 45.
        Assert.InRange(chiSquared, 750, 1300);
    }

    [Fact]
    public void A_sequential_scan_accesses_every_page_equally_often()
    {
        ExerciseOptions options = s_small with { Pattern = ExercisePattern.Sequential };
        using Arena arena = new(options);
        using ExerciseWorker worker = arena.Worker();
        worker.Run(CancellationToken.None, batches: options.Pages * 3 / ExerciseWorker.BatchAccesses);
        for (uint page = 0; page < options.Pages; page++)
        {
            Assert.Equal(3u, worker.Counts[page]);
        }
    }

    [Fact]
    public void Only_writes_change_the_arena()
    {
        using Arena arena = new(s_small);
        using (ExerciseWorker reader = arena.Worker())
        {
            reader.Run(CancellationToken.None, batches: 100);
            Assert.Equal(0, arena.NonZeroBytes());
        }

        using Arena written = new(s_small with { WriteFraction = 1 });
        using ExerciseWorker writer = written.Worker();
        writer.Run(CancellationToken.None, batches: 100);
        Assert.NotEqual(0, written.NonZeroBytes());
    }

    [Fact]
    public void Shares_are_counted_to_the_last_access()
    {
        foreach ((OneFastNode nodes, bool served) in ((OneFastNode, bool)[])[(new OneFastNode(0), true), (new OneFastNode(null), false)])
        {
            using Arena arena = new(s_small);
            arena.Touch();
            using ExerciseWorker worker = arena.Worker();
            using ServedShare share = new(arena.Memory.Address, s_small.Pages, [worker], new MovePagesLocator(nodes));
            for (int round = 0; round < 3; round++)
            {
                worker.Run(CancellationToken.None, batches: 1000);
                for (int slice = 0; slice < share.Slices; slice++)
                {
                    Assert.Equal(0, share.LookAtNextSlice());
                }

                Assert.Equal(worker.Accesses, share.Counted);
                Assert.Equal(served ? share.Counted : 0, share.ServedByFast);
                Assert.Equal(served ? s_small.Pages : 0, share.FastPages);
            }
        }
    }

    [Fact]
    public void Frame_numbers_and_the_kernels_answer_agree()
    {
        using LinuxMachine machine = new();
        using Arena arena = new(s_small);
        arena.Touch();
        using PagemapLocator? pagemap = PagemapLocator.TryOpen(machine, (ulong)arena.Memory.Address);
        Assert.SkipWhen(pagemap is null, "the kernel shows frame numbers to root only");
        bool[] byFrame = new bool[s_small.Pages];
        bool[] byKernel = new bool[s_small.Pages];
        Assert.Equal(0, pagemap.Locate((ulong)arena.Memory.Address, byFrame));
        Assert.Equal(0, new MovePagesLocator(new MachineFastNodes(machine)).Locate((ulong)arena.Memory.Address, byKernel));
        Assert.Equal(byKernel, byFrame);
        Assert.Contains(true, byFrame);
    }

    [Fact]
    public void Accesses_make_no_garbage()
    {
        using Arena arena = new(s_small);
        using ExerciseWorker worker = arena.Worker();
        worker.Run(CancellationToken.None, batches: 100);
        Assert.Equal(0, Garbage.Of(() => worker.Run(CancellationToken.None, batches: 1000)));
    }

    private sealed class Arena : IDisposable
    {
        private readonly ExerciseOptions _options;

        public Arena(ExerciseOptions options)
        {
            _options = options;
            Assert.Equal(0, AnonymousMemory.TryMap(options.SizeBytes, out AnonymousMemory? memory));
            Memory = memory!;
            Assert.InRange(Memory.UseHugePages(false), 0, Errno.EINVAL);
            Law = options.MakeLaw();
            Order = new PageOrder(options.Pages, options.Scattered, options.Seed);
        }

        public AnonymousMemory Memory { get; }

        public AccessLaw Law { get; }

        public PageOrder Order { get; }

        public ExerciseWorker Worker() => new(Memory.Address, _options, Law, Order, number: 0);

        public void Touch()
        {
            for (long i = 0; i < Memory.Bytes; i += 4096)
            {
                Memory.Address[i] = 1;
            }
        }

        public long NonZeroBytes()
        {
            long count = 0;
            for (long i = 0; i < Memory.Bytes; i++)
            {
                count += Memory.Address[i] == 0 ? 0 : 1;
            }

            return count;
        }

        public void Dispose() => Memory.Dispose();
    }
}
