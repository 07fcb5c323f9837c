using Microsoft.Extensions.Time.Testing;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Trackers.PageTables;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>Frames that private pages of several processes lie in, because KSM merged them, count once, as hot as all make them.</summary>
public sealed class CommonViewTests
{
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(5);

    private readonly FakeTimeProvider _time = new();
    private readonly CommonFrames _common;

    public CommonViewTests() => _common = new CommonFrames(root: null, _time);

    [Fact]
    public void A_frame_counts_once_whatever_is_merged_written_and_moved()
    {
        Random random = new(11);
        for (int run = 0; run < 60; run++)
        {
            List<Process> processes = [.. Enumerable.Range(0, 4).Select(number => new Process(_common, 1000 * (number + 1)))];
            for (int step = 0; step < 25; step++)
            {
                int what = random.Next(4);
                if (what < 3)
                {
                    // What was seen is of before.
                    processes.ForEach(process => process.IsFresh = false);
                }

                switch (what)
                {
                    case 0:
                        Merge(random, processes);
                        break;
                    case 1:
                        processes[random.Next(4)].Write(random.Next(Process.Pages));
                        break;
                    case 2:
                        Move(random, processes);
                        break;
                    default:
                        processes[random.Next(4)].Accessed[random.Next(Process.Pages)] ^= true;
                        break;
                }

                processes[random.Next(4)].Scan(processes);
                Assert.All(FramesThatCount(processes).GroupBy(frame => frame), group => Assert.Single(group));
            }

            // What was somebody's and is nobody's now is taken by another after a rest, and only what all see now counts as accessed.
            for (int rest = 0; rest < 4; rest++)
            {
                processes.ForEach(process => process.Scan(processes));
                _time.Advance(s_rest);
            }

            processes.ForEach(process => process.Scan(processes));
            HashSet<long> all = [.. processes.SelectMany(process => process.Frames).Where(frame => frame != 0)];
            Assert.Equal(all.Order(), FramesThatCount(processes).Order());
            foreach (Process process in processes)
            {
                for (int page = 0; page < Process.Pages; page++)
                {
                    long frame = process.Frames[page];
                    Assert.True(
                        process.Reported(page) is not { } accessed || accessed == processes.Exists(other => other.Accesses(frame)),
                        $"run {run}, page {page}");
                }
            }

            processes.ForEach(process => process.View.Dispose());
            Assert.Equal(0, _common.Bytes);
        }
    }

    [Fact]
    public void Who_had_a_page_keeps_it_when_it_moves_although_others_are_scanned_first()
    {
        Process owner = new(_common, 1000);
        Process other = new(_common, 2000);
        List<Process> both = [owner, other];
        other.Frames[3] = owner.Frames[3];
        owner.Scan(both);
        other.Scan(both);
        Assert.Equal((true, false), (owner.Reported(3) is not null, other.Reported(3) is not null));
        owner.Frames[3] = other.Frames[3] = 7777;
        other.Scan(both);
        other.Scan(both);
        Assert.Null(other.Reported(3));
        owner.Scan(both);
        other.Scan(both);
        Assert.Equal((true, false), (owner.Reported(3) is not null, other.Reported(3) is not null));
    }

    [Fact]
    public void When_the_process_that_counts_it_ends_another_does_at_once()
    {
        Process owner = new(_common, 1000);
        Process other = new(_common, 2000);
        List<Process> both = [owner, other];
        other.Frames[3] = owner.Frames[3];
        owner.Scan(both);
        other.Scan(both);
        owner.View.Dispose();
        other.Scan(both);
        Assert.NotNull(other.Reported(3));
    }

    [Fact]
    public void An_access_of_one_wakes_the_process_that_counts_the_page_and_no_other()
    {
        Process owner = new(_common, 1000);
        Process user = new(_common, 2000);
        Process third = new(_common, 3000);
        List<Process> all = [owner, user, third];
        user.Frames[3] = owner.Frames[3];
        third.Frames[4] = user.Frames[4];
        all.ForEach(process => process.Scan(all));
        Assert.All(all, process => Assert.False(process.View.IsUsedByOthers));
        user.Accessed[3] = true;
        user.Scan(all);
        Assert.Equal([true, false, false], all.Select(process => process.View.IsUsedByOthers));
        owner.Scan(all);
        Assert.True(owner.Reported(3));
        Assert.False(owner.View.IsUsedByOthers);
    }

    [Fact]
    public void A_process_none_of_whose_pages_are_merged_is_passed_on_untouched_and_keeps_nothing()
    {
        Process one = new(_common, 1000);
        RecordingSink sink = new();
        Assert.Same(sink, one.View.Before(sink, hasSiblings: false));
        Assert.Equal(0, _common.Bytes);
    }

    [Fact]
    public void Whether_pages_are_merged_is_what_the_kernel_says_of_the_machine_and_the_process()
    {
        string root = Directory.CreateTempSubdirectory().FullName;
        string machine = Path.Combine(Directory.CreateDirectory(Path.Combine(root, "sys/kernel/mm/ksm")).FullName, "pages_sharing");
        string process = Path.Combine(root, "ksm_merging_pages");
        CommonFrames common = new(root, _time);
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(process), 0];
        File.WriteAllText(process, "12\n");
        Assert.False(common.HasMerged(path));
        File.WriteAllText(machine, "500\n");
        _time.Advance(s_rest);
        Assert.True(common.HasMerged(path));
        File.WriteAllText(process, "0\n");
        Assert.False(common.HasMerged(path));

        // A kernel that does not say it of a process.
        File.Delete(process);
        Assert.True(common.HasMerged(path));
    }

    [Fact]
    public void Only_anonymous_pages_that_are_mapped_more_than_once_have_a_frame_in_common()
    {
        Assert.True(PageEntry.IsCommon(PageEntry.Of(55, isExclusive: false)));
        Assert.Equal(55UL, PageEntry.FrameOf(PageEntry.Of(55, isExclusive: false)));
        Assert.False(PageEntry.IsCommon(PageEntry.Of(55, isExclusive: true)));
        Assert.False(PageEntry.IsCommon(PageEntry.Of(55, isExclusive: false, isFile: true)));
        Assert.False(PageEntry.IsCommon(0));
    }

    private static IEnumerable<long> FramesThatCount(List<Process> processes) =>
        processes.SelectMany(process => Enumerable.Range(0, Process.Pages)
            .Where(page => process.IsFresh && process.Reported(page) is not null)
            .Select(page => process.Frames[page]));

    // Pages of some content become one, within a process, too.
    private static void Merge(Random random, List<Process> processes)
    {
        long frame = 0;
        for (int i = 0; i < 5; i++)
        {
            ref long page = ref processes[random.Next(processes.Count)].Frames[random.Next(Process.Pages)];
            frame = frame == 0 ? page : frame;
            page = frame;
        }
    }

    private static void Move(Random random, List<Process> processes)
    {
        long from = processes[random.Next(processes.Count)].Frames[random.Next(Process.Pages)];
        long to = Process.NewFrame();
        processes.ForEach(process => process.Frames.AsSpan().Replace(from, to));
    }

    /// <summary>A process that has 100 private pages in one chunk.</summary>
    private sealed class Process : IPageEntries, IFrameLookup
    {
        public const int Pages = 100;
        private const ulong Start = 0x4000_0000;
        private static long s_frames = 100_000;

        private RecordingSink _reported = new();
        private List<Process> _all = [];

        // To who may not see them the page map tells no frames, which page tables do.
        private readonly bool _hidesFrames;

        public Process(CommonFrames common, long firstFrame)
        {
            _hidesFrames = firstFrame % 2000 == 0;
            View = new CommonView(common, this, () => _hidesFrames ? this : null, "/no/such/folder");
            for (int page = 0; page < Pages; page++)
            {
                Frames[page] = firstFrame + page;
            }
        }

        public CommonView View { get; }

        public long[] Frames { get; } = new long[Pages];

        public bool IsFresh { get; set; }

        public bool[] Accessed { get; } = new bool[Pages];

        public static long NewFrame() => ++s_frames;

        public bool? Reported(int page) =>
            _reported.Pages.TryGetValue(Start + ((ulong)page << Chunk.PageShift), out (bool Accessed, int Place, bool Huge) found)
                ? found.Accessed
                : null;

        public bool Accesses(long frame) => Enumerable.Range(0, Pages).Any(page => Frames[page] == frame && Accessed[page]);

        public void Write(int page) => Frames[page] = NewFrame();

        public void Scan(List<Process> all)
        {
            _all = all;
            IsFresh = true;
            _reported = new RecordingSink();
            ChunkFacts facts = default;
            for (int page = 0; page < Pages; page++)
            {
                facts.Present[page >> 6] |= 1UL << (page & 63);
                if (Accessed[page])
                {
                    facts.Accessed[page >> 6] |= 1UL << (page & 63);
                }
            }

            View.Before(_reported, hasSiblings: true).Record(Start >> Chunk.Shift, in facts);
            View.EndScan();
        }

        public bool TryRead(ulong chunk, Span<ulong> entries)
        {
            entries.Clear();
            for (int page = 0; page < Pages; page++)
            {
                long frame = Frames[page];
                bool exclusive = _all.Sum(process => process.Frames.Count(other => other == frame)) == 1;
                entries[page] = PageEntry.Of(_hidesFrames ? 0 : frame, exclusive);
            }

            return true;
        }

        public bool TryFramesOf(ulong chunk, Span<ulong> frames)
        {
            frames.Clear();
            for (int page = 0; page < Pages; page++)
            {
                frames[page] = (ulong)Frames[page];
            }

            return true;
        }
    }
}
