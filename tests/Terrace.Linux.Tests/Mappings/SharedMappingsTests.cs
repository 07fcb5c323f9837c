using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;
using Terrace.Linux.Tests.Trackers.PageTables;

namespace Terrace.Linux.Tests.Mappings;

/// <summary>Each page of a shared file counts for one process, and is as hot as all of them make it.</summary>
public sealed class SharedMappingsTests
{
    private static readonly FileIdentity s_file = new(1, 77);

    [Fact]
    public void Every_shared_page_that_somebody_has_counts_exactly_once_and_is_accessed_when_anybody_accessed_it()
    {
        Random random = new(5);
        for (int run = 0; run < 100; run++)
        {
            SharedFiles files = new();
            Sharer[] sharers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new Sharer(files, random))];
            for (int scan = 0; scan < 6; scan++)
            {
                foreach (Sharer sharer in sharers)
                {
                    sharer.Change(random);
                }

                // Twice: what one lets go in this turn another takes in its next.
                foreach (Sharer sharer in sharers.Concat(sharers).Concat(sharers))
                {
                    sharer.Scan();
                }

                for (int page = 0; page < Sharer.Pages; page++)
                {
                    bool present = sharers.Any(sharer => sharer.Present[page]);
                    Sharer[] owners = [.. sharers.Where(sharer => sharer.Reported(page) is not null)];
                    Assert.Equal(present ? 1 : 0, owners.Length);
                    if (present)
                    {
                        Assert.Equal(sharers.Any(sharer => sharer.Present[page] && sharer.Accessed[page]), owners[0].Reported(page));
                    }
                }
            }
        }
    }

    [Fact]
    public void What_a_process_maps_more_often_than_is_followed_is_told()
    {
        SharedFiles files = new();
        using SharedMappings mappings = new(files);
        for (ulong times = 63; times <= 66; times++)
        {
            mappings.BeginReading();
            for (ulong i = 0; i < times; i++)
            {
                mappings.Add(new AddressRange(i << 30, (i << 30) + (16 << Chunk.PageShift)), s_file, 0);
            }

            mappings.EndReading();
            Assert.Equal(times <= 64 ? 0 : (long)(times - 64) * 16 * Chunk.PageBytes, mappings.UnfollowedBytes);
        }
    }

    [Fact]
    public void Whose_a_page_is_stays_while_it_is_in_the_process()
    {
        SharedFiles files = new();
        Random random = new(1);
        using Sharer first = new(files, random);
        using Sharer second = new(files, random);
        first.Present.AsSpan().Fill(true);
        second.Present.AsSpan().Fill(true);
        first.Scan();
        second.Scan();
        second.Scan();
        first.Scan();
        Assert.Equal(Sharer.Pages, first.Count);
        Assert.Equal(0, second.Count);
        first.Dispose();
        second.Scan();
        Assert.Equal(Sharer.Pages, second.Count);
        second.Dispose();
        Assert.Equal(0, files.Count);
    }

    [Fact]
    public void Two_hundred_processes_that_share_a_gibibyte_are_let_go_in_a_moment()
    {
        const int Chunks = 512;
        SharedFiles files = new();
        List<SharedMappings> processes = [];
        ChunkFacts facts = Facts(huge: true, ulong.MaxValue, ulong.MaxValue);
        facts.IsHuge = false;
        for (int i = 0; i < 200; i++)
        {
            SharedMappings mappings = new(files);
            mappings.BeginReading();
            mappings.Add(new AddressRange(0x4000_0000, 0x4000_0000 + (Chunks * (ulong)Chunk.Bytes)), s_file, 0);
            mappings.EndReading();
            IScanSink sink = mappings.Before(DiscardingSink.Instance);
            for (ulong chunk = 0; chunk < Chunks; chunk++)
            {
                sink.Record((0x4000_0000 >> Chunk.Shift) + chunk, in facts);
            }

            mappings.EndScan();
            processes.Add(mappings);
        }

        // A part of a second on an idle machine; what grew with the square of their number would be minutes.
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        processes.ForEach(process => process.Dispose());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal(0, files.Count);
    }

    [Fact]
    public void Pages_of_other_mappings_pass_as_they_are()
    {
        SharedFiles files = new();
        Random random = new(1);
        using Sharer first = new(files, random);
        using Sharer second = new(files, random);
        first.Present.AsSpan().Fill(true);
        second.Present.AsSpan().Fill(true);
        first.PrivatePages = second.PrivatePages = 300;
        first.Scan();
        second.Scan();
        Assert.Equal(Sharer.Pages + 300, first.Count);
        Assert.Equal(300, second.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(20)]
    public void A_file_that_one_process_maps_several_times_counts_once_and_is_as_hot_as_all_views_make_it(int views)
    {
        SharedFiles files = new();
        using SharedMappings mappings = new(files);
        for (int scan = 0; scan < 3; scan++)
        {
            int accessedIn = scan % Math.Min(views, 16);
            RecordingSink sink = Views(mappings, views, view => view == accessedIn ? 0b10UL : 0);
            sink = Views(mappings, views, view => view == accessedIn ? 0b10UL : 0);
            Assert.Equal(64, sink.Pages.Count);
            Assert.Equal(0x4000_0000UL, sink.Pages.Keys.Min());
            Assert.Equal([0x4000_1000UL], sink.Pages.Where(page => page.Value.Accessed).Select(page => page.Key));
        }
    }

    [Fact]
    public void A_view_that_is_unmapped_leaves_its_pages_to_the_next()
    {
        SharedFiles files = new();
        using SharedMappings mappings = new(files);
        Assert.Equal(64, Views(mappings, 2, _ => 0).Pages.Count);
        Assert.Equal(64, Views(mappings, 2, _ => 0, from: 1).Pages.Count);
        Assert.Equal(64, Views(mappings, 2, _ => 0, from: 1).Pages.Count);
    }

    [Fact]
    public void Parts_of_a_file_in_any_order_are_one_view()
    {
        SharedFiles files = new();
        using SharedMappings mappings = new(files);
        mappings.BeginReading();
        ulong[] parts = [3, 1, 2, 0, 7];
        for (int i = 0; i < parts.Length; i++)
        {
            ulong start = 0x4000_0000 + ((ulong)i * Chunk.Bytes);
            mappings.Add(new AddressRange(start, start + Chunk.Bytes), s_file, parts[i] * Chunk.Bytes);
        }

        mappings.EndReading();
        ChunkFacts facts = Facts(huge: false, ulong.MaxValue, 0);
        RecordingSink sink = new();
        IScanSink before = mappings.Before(sink);
        for (int i = 0; i < parts.Length; i++)
        {
            before.Record((0x4000_0000 >> Chunk.Shift) + (ulong)i, in facts);
        }

        mappings.EndScan();
        Assert.Equal(64 * parts.Length, sink.Pages.Count);
        Assert.False(mappings.IsUsedByOthers);
    }

    [Fact]
    public void Who_owns_pages_that_others_access_is_not_idle()
    {
        SharedFiles files = new();
        using SharedMappings owner = new(files);
        using SharedMappings other = new(files);
        Record(owner, huge: false, ulong.MaxValue, 0);
        Record(other, huge: false, ulong.MaxValue, 0);
        Assert.False(owner.IsUsedByOthers);
        Record(other, huge: false, ulong.MaxValue, 1);
        Assert.True(owner.IsUsedByOthers);
        Assert.False(other.IsUsedByOthers);
        Record(owner, huge: false, ulong.MaxValue, 0);
        Assert.False(owner.IsUsedByOthers);
        Assert.True(files.Bytes > 0);
    }

    [Fact]
    public void A_huge_page_counts_for_one_process_as_a_whole()
    {
        SharedFiles files = new();
        using SharedMappings inBasePages = new(files);
        using SharedMappings asHuge = new(files);
        RecordingSink small = Record(inBasePages, huge: false, present: 0b1, accessed: 0b1);
        Assert.Single(small.Pages);
        Assert.Empty(Record(asHuge, huge: true, ulong.MaxValue, 0).Pages);
        inBasePages.Dispose();
        RecordingSink whole = Record(asHuge, huge: true, ulong.MaxValue, 0);
        Assert.Equal(Chunk.Pages, whole.Pages.Count);
        Assert.All(whole.Pages.Values, page => Assert.Equal((false, true), (page.Accessed, page.Huge)));
    }

    [Fact]
    public void Scans_of_known_mappings_make_no_garbage()
    {
        SharedFiles files = new();
        using SharedMappings mappings = new(files);
        Record(mappings, huge: false, ulong.MaxValue, 1);
        ChunkFacts facts = Facts(huge: false, ulong.MaxValue, 1);
        Assert.Equal(0, Garbage.Of(() =>
        {
            for (int scan = 0; scan < 10; scan++)
            {
                mappings.BeginReading();
                mappings.Add(new AddressRange(0x4000_0000, 0x4020_0000), s_file, 0);
                mappings.EndReading();
                mappings.Before(DiscardingSink.Instance).Record(0x4000_0000 >> Chunk.Shift, in facts);
                mappings.EndScan();
            }
        }));
    }

    private static RecordingSink Views(SharedMappings mappings, int views, Func<int, ulong> accessed, int from = 0)
    {
        mappings.BeginReading();
        for (int view = from; view < views; view++)
        {
            ulong start = 0x4000_0000 + ((ulong)view * Chunk.Bytes);
            mappings.Add(new AddressRange(start, start + Chunk.Bytes), s_file, 0);
        }

        mappings.EndReading();
        RecordingSink sink = new();
        IScanSink before = mappings.Before(sink);
        for (int view = from; view < views; view++)
        {
            ChunkFacts facts = Facts(huge: false, ulong.MaxValue, accessed(view));
            before.Record((0x4000_0000 >> Chunk.Shift) + (ulong)view, in facts);
        }

        mappings.EndScan();
        return sink;
    }

    private static RecordingSink Record(SharedMappings mappings, bool huge, ulong present, ulong accessed)
    {
        mappings.BeginReading();
        mappings.Add(new AddressRange(0x4000_0000, 0x4020_0000), s_file, 0);
        mappings.EndReading();
        ChunkFacts facts = Facts(huge, present, accessed);
        RecordingSink sink = new();
        mappings.Before(sink).Record(0x4000_0000 >> Chunk.Shift, in facts);
        mappings.EndScan();
        return sink;
    }

    private static ChunkFacts Facts(bool huge, ulong present, ulong accessed)
    {
        ChunkFacts facts = default;
        facts.IsHuge = huge;
        for (int word = 0; word < BitPlane.Words; word++)
        {
            facts.Present[word] = huge || word == 0 ? present : 0;
            facts.Accessed[word] = huge || word == 0 ? accessed : 0;
        }

        return facts;
    }

    /// <summary>A process that maps the file somewhere, in two mappings with a gap of another kind between them.</summary>
    private sealed class Sharer(SharedFiles files, Random random) : IDisposable
    {
        public const int Pages = 3000;
        private const int FirstPart = 1111;

        private readonly SharedMappings _mappings = new(files);
        private readonly long _at = (0x4000_0000 >> Chunk.PageShift) + random.Next(0, 1000);
        private RecordingSink _reported = new();

        public bool[] Present { get; } = new bool[Pages];

        public bool[] Accessed { get; } = new bool[Pages];

        public int PrivatePages { get; set; }

        public int Count => _reported.Pages.Count;

        public bool? Reported(int page) =>
            _reported.Pages.TryGetValue((ulong)AddressOf(page) << Chunk.PageShift, out (bool Accessed, int Place, bool Huge) found)
                ? found.Accessed
                : null;

        public void Change(Random random)
        {
            int from = random.Next(Pages);
            Present.AsSpan(from, random.Next(Pages - from)).Fill(random.Next(2) == 0);
            for (int page = 0; page < Pages; page++)
            {
                Accessed[page] = random.Next(4) == 0;
            }
        }

        public void Scan()
        {
            _mappings.BeginReading();
            _mappings.Add(Range(0, FirstPart), s_file, 0);
            _mappings.Add(Range(FirstPart, Pages), s_file, FirstPart << Chunk.PageShift);
            _mappings.EndReading();
            _reported = new RecordingSink();
            IScanSink sink = _mappings.Before(_reported);
            SortedDictionary<long, bool> pages = [];
            for (int page = 0; page < Pages; page++)
            {
                if (Present[page])
                {
                    pages.Add(AddressOf(page), Accessed[page]);
                }
            }

            for (int page = 0; page < PrivatePages; page++)
            {
                pages.Add(AddressOf(FirstPart - 1) + 1 + page, true);
            }

            foreach (IGrouping<long, KeyValuePair<long, bool>> chunk in pages.GroupBy(page => page.Key / Chunk.Pages))
            {
                ChunkFacts facts = default;
                foreach ((long page, bool accessed) in chunk)
                {
                    ulong bit = 1UL << (int)(page & 63);
                    int word = (int)(page % Chunk.Pages) >> 6;
                    facts.Present[word] |= bit;
                    facts.Accessed[word] |= accessed ? bit : 0;
                }

                sink.Record((ulong)chunk.Key, in facts);
            }

            _mappings.EndScan();
        }

        public void Dispose() => _mappings.Dispose();

        private long AddressOf(int page) => _at + page + (page < FirstPart ? 0 : 400);

        private AddressRange Range(int from, int to) =>
            new((ulong)AddressOf(from) << Chunk.PageShift, (ulong)(AddressOf(to - 1) + 1) << Chunk.PageShift);
    }
}
