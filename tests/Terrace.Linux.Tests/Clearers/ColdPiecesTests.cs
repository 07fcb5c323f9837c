using System.Globalization;
using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Clearers;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Mappings;

namespace Terrace.Linux.Tests.Clearers;

/// <summary>Clears of memory of the tests' own process, as its kernel makes them.</summary>
public sealed unsafe partial class ColdPiecesTests : IDisposable
{
    private const int Pages = 16 * Chunk.Pages;
    private static readonly TimeSpan s_aim = TimeSpan.FromMilliseconds(1);
    private readonly AnonymousMemory _memory;
    private readonly PidFd _self;

    /// <summary>Where the first chunk begins.</summary>
    private readonly byte* _base;

    public ColdPiecesTests()
    {
        Assert.Equal(0, AnonymousMemory.TryMap((Pages + Chunk.Pages) * (long)Chunk.PageBytes, out AnonymousMemory? memory));
        _memory = memory!;
        _base = (byte*)(((ulong)_memory.Address + Chunk.Bytes - 1) & ~((ulong)Chunk.Bytes - 1));
        Assert.Equal(0, _memory.UseHugePages(false));
        Assert.Equal(0, PidFd.TryOpen(Environment.ProcessId, out PidFd? self));
        _self = self!;
        Touch();
    }

    [Fact]
    public void All_of_the_ranges_is_cleared_and_nothing_else_wherever_it_begins()
    {
        // A large one that begins within a chunk, single pages, and another large one at the end.
        AddressRange[] ranges =
        [
            Range(3, (5 * Chunk.Pages) + 7),
            .. Enumerable.Range(0, 200).Select(i => Range((6 * Chunk.Pages) + (2 * i), (6 * Chunk.Pages) + (2 * i) + 1)),
            Range(9 * Chunk.Pages, Pages - 1),
        ];
        long covered = ranges.Sum(range => (long)(range.End - range.Start));
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        for (int clear = 0; clear < 12; clear++)
        {
            Touch();
            Assert.Equal(Pages * (long)Chunk.PageBytes, Referenced());
            Clear(pieces);
            AssertLeft((Pages * (long)Chunk.PageBytes) - covered);
            Assert.Equal((ulong)covered, pieces.Done);
            Assert.False(pieces.HadNoEffect);
            Assert.InRange(pieces.Longest, TimeSpan.FromTicks(1), pieces.Took);
        }
    }

    [Fact]
    public void Of_chosen_chunks_all_is_cleared_and_of_others_nothing()
    {
        AddressRange[] ranges = [Range(0, (5 * Chunk.Pages) + 7), Range(6 * Chunk.Pages, Pages)];
        ulong first = Chunk.Of((ulong)_base);
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        for (int clear = 0; clear < 4; clear++)
        {
            Touch();
            pieces.Begin(Pages, new ChosenRangesTests.Chunks(first + 1, first + 2, first + 5, first + 9));
            while (pieces.Continue(part: null, s_aim) == Errno.EINPROGRESS)
            {
            }

            long cleared = ((3 * Chunk.Pages) + 7) * (long)Chunk.PageBytes;
            AssertLeft((Pages * (long)Chunk.PageBytes) - cleared);
            Assert.Equal((true, (ulong)cleared), (pieces.IsChosen, pieces.Done));
        }
    }

    [Fact]
    public void A_hole_keeps_nothing_behind_it_from_being_cleared()
    {
        AddressRange[] ranges = [Range(0, Pages)];
        Assert.Equal(0, Unmap(_base + (5 * Chunk.Bytes), Chunk.Bytes));
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        Clear(pieces);
        Clear(pieces);
        AssertLeft(0);
    }

    [Fact]
    public void Locked_memory_is_refused_which_shows()
    {
        AddressRange[] ranges = [Range(0, Pages)];
        Assert.SkipWhen(Lock(_base + Chunk.Bytes, 4 * Chunk.Bytes) != 0, "not so much may be locked here");
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        pieces.Begin(Pages);
        while (pieces.Continue(part: null, s_aim) == Errno.EINPROGRESS)
        {
        }

        Assert.True(pieces.HadNoEffect);
        Assert.False(pieces.IsGoing);
    }

    [Fact]
    public void Of_a_few_chosen_chunks_one_may_be_locked_as_of_all_that_there_is_it_is_little()
    {
        AddressRange[] ranges = [Range(0, 64 * Chunk.Pages)];
        Assert.SkipWhen(Lock(_base + Chunk.Bytes, Chunk.Bytes) != 0, "not so much may be locked here");
        ulong first = Chunk.Of((ulong)_base);
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        pieces.Begin(64 * Chunk.Pages, new ChosenRangesTests.Chunks(first + 1, first + 2, first + 5));
        while (pieces.Continue(part: null, s_aim) == Errno.EINPROGRESS)
        {
        }

        Assert.False(pieces.HadNoEffect);
        AssertLeft((Pages - (2 * Chunk.Pages)) * (long)Chunk.PageBytes);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(5, true)]
    [InlineData(16, true)]
    public void What_is_accessed_still_after_its_clear_shows(int still, bool shows)
    {
        AddressRange[] ranges = [Range(0, Pages)];
        AccessedSample sample = SampleOf(16);
        int looks = 0;
        ColdPieces pieces = new(
            _self, ProcessCalls.Direct, () => ranges, new Seen(_ => looks++ < still ? PageSight.Accessed : PageSight.Idle), sample);
        Clear(pieces);
        Assert.Equal(shows, pieces.HadNoEffect);
        Assert.Equal(16, looks);
    }

    [Fact]
    public void Only_what_was_cleared_is_looked_at_again_and_a_few_pages_tell_nothing()
    {
        AddressRange[] ranges = [Range(0, 8 * Chunk.Pages)];
        List<ulong> looked = [];
        ColdPieces pieces = new(
            _self,
            ProcessCalls.Direct,
            () => ranges,
            new Seen(page =>
            {
                looked.Add(page);
                return PageSight.Accessed;
            }),
            SampleOf(16));
        Clear(pieces);
        Assert.Equal(8, looked.Count);
        Assert.All(looked, page => Assert.InRange(page, ranges[0].Start, ranges[0].End - 1));
        Assert.False(pieces.HadNoEffect);
    }

    [Fact]
    public void A_part_of_it_takes_its_time_and_the_rest_follows()
    {
        AddressRange[] ranges = [Range(0, Pages)];
        ColdPieces pieces = new(_self, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
        pieces.Begin(Pages);
        Assert.Equal(Errno.EINPROGRESS, pieces.Continue(TimeSpan.Zero, s_aim));
        Assert.True(pieces.IsGoing);
        Assert.InRange(pieces.Done, 1UL, pieces.All - 1);
        Assert.Equal(0, pieces.Continue(part: null, s_aim));
        Assert.Equal(pieces.All, pieces.Done);
        AssertLeft(0);
    }

    [Fact]
    public void Of_a_process_that_has_gone_the_error_says_so()
    {
        using System.Diagnostics.Process child = System.Diagnostics.Process.Start("/bin/sleep", "60");
        Assert.Equal(0, PidFd.TryOpen(child.Id, out PidFd? pidFd));
        using (pidFd)
        {
            child.Kill();
            child.WaitForExit();
            AddressRange[] ranges = [Range(0, Pages)];
            ColdPieces pieces = new(pidFd!, ProcessCalls.Direct, () => ranges, new Seen(_ => PageSight.Absent), new AccessedSample());
            pieces.Begin(Pages);
            Assert.Equal(Errno.ESRCH, pieces.Continue(part: null, s_aim));
            Assert.False(pieces.IsGoing);
        }
    }

    public void Dispose()
    {
        _self.Dispose();
        _memory.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "mlock")]
    private static partial int Lock(byte* address, nuint bytes);

    private static void Clear(ColdPieces pieces)
    {
        pieces.Begin(Pages);
        int error = pieces.Continue(part: null, s_aim);
        Assert.SkipWhen(error is Errno.EPERM or Errno.ENOSYS, "process_madvise is not there, or not permitted");
        Assert.Equal(0, error);
    }

    /// <summary>A page of each of the first chunks.</summary>
    private AccessedSample SampleOf(int chunks)
    {
        AccessedSample sample = new();
        ChunkFacts facts = default;
        facts.Accessed.Fill(ulong.MaxValue);
        for (int chunk = 0; chunk < chunks; chunk++)
        {
            sample.Consider(Chunk.Of((ulong)_base) + (ulong)chunk, in facts);
        }

        return sample;
    }

    private AddressRange Range(int from, int to) =>
        new((ulong)_base + ((ulong)from << Chunk.PageShift), (ulong)_base + ((ulong)to << Chunk.PageShift));

    private void Touch()
    {
        for (int page = 0; page < Pages; page++)
        {
            _base[page * (long)Chunk.PageBytes]++;
        }
    }

    /// <summary>
    /// That much was not cleared, and of what was to be cleared at most the pages that have just been faulted in: a batch of up to 31 of
    /// each CPU is not on any list yet, and MADV_COLD passes them over (folio_add_lru, mm/swap.c).
    /// </summary>
    private void AssertLeft(long bytes) =>
        Assert.InRange(Referenced(), bytes, bytes + (31L * Environment.ProcessorCount * Chunk.PageBytes));

    /// <summary>Bytes of the memory whose pages were accessed, by /proc/self/smaps.</summary>
    private long Referenced()
    {
        ulong start = (ulong)_memory.Address;
        ulong end = start + (ulong)_memory.Bytes;
        long kilobytes = 0;
        bool mine = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0].Split('-') is [var from, var to] && ulong.TryParse(from, NumberStyles.HexNumber, null, out ulong first))
            {
                mine = first >= start && ulong.Parse(to, NumberStyles.HexNumber, CultureInfo.InvariantCulture) <= end;
            }
            else if (mine && words[0] == "Referenced:")
            {
                kilobytes += long.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }

        return kilobytes << 10;
    }

    /// <summary>A tracker that says what a test has it say.</summary>
    private sealed class Seen(Func<ulong, PageSight> see) : IAccessTracker
    {
        public string Name => "test";

        public ScanOutcome Read(IScanSink sink) => throw new NotSupportedException();

        public bool ReadSomeOfAny(ReadOnlySpan<ulong> pages, Span<PageSight> sights)
        {
            for (int i = 0; i < pages.Length; i++)
            {
                sights[i] = see(pages[i]);
            }

            return true;
        }
    }
}
