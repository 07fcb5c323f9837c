using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Folios;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Folios;

public sealed class FolioFinderTests
{
    private const ulong Number = 0x3_f800_0000;
    private readonly Frames _frames = new();
    private readonly FolioFinder _finder;

    public FolioFinderTests() => _finder = new FolioFinder(_frames);

    [Fact]
    public void Pages_of_one_compound_page_whose_frames_follow_one_another_are_joined()
    {
        _frames.Folio(0x1000, 16);
        _frames.Folio(0x1010, 16);
        Map(0, 0x1000, 32);
        Map(40, 0x2000, 20);
        (bool has, string joined) = Find();
        Assert.True(has);
        Assert.Equal("0-15 16-31", joined);
    }

    [Fact]
    public void Folios_of_several_sizes_are_told_from_single_pages_that_only_look_like_them()
    {
        _frames.Folio(0x1000, 4);
        _frames.Folio(0x3000, 256);
        Map(0, 0x1000, 12);
        Map(128, 0x3000, 256);
        Assert.Equal((true, "0-3 128-383"), Find());
        Assert.Equal((1, 256, 4, 0), (KeptOf(5, 6).Length, KeptOf(128, 384).Length, KeptOf(0, 4).Length, KeptOf(1, 4).Length));
    }

    [Fact]
    public void A_folio_that_is_mapped_in_part_or_in_pieces_is_as_many_units_and_is_never_made_cold()
    {
        _frames.Folio(0x1000, 16);
        Map(0, 0x1000, 6);
        Map(7, 0x1007, 1);
        Map(8, 0x1008, 8);
        _frames.Folio(0x5000, 16);
        Map(505, 0x5000, 7);
        Assert.Equal((true, "0-5 7-15 505-511"), Find());
        Assert.Empty(KeptOf(0, 6));
        Assert.Empty(KeptOf(7, 16));
        Assert.Empty(KeptOf(505, 512));
    }

    [Fact]
    public void Only_whole_folios_are_kept_of_a_list_and_none_where_the_kernel_would_split_them()
    {
        _frames.Folio(0x1000, 16);
        _frames.Folio(0x1010, 16);
        Map(0, 0x1000, 32);
        Map(40, 0x2001, 1);
        Find();
        ulong[] list = [.. Pages(10, 32), Chunk.AddressOf(Number, 40), Chunk.AddressOf(Number + 1, 3)];
        ulong[] copy = [.. list];
        int kept = _finder.KeepWhole(copy, keepsFolios: true);
        Assert.Equal([.. Pages(16, 32), .. list[^2..]], copy[..kept]);
        copy = [.. list];
        Assert.Equal(list[^2..], copy[.._finder.KeepWhole(copy, keepsFolios: false)]);
    }

    [Fact]
    public void The_kernel_is_asked_again_only_when_frames_have_changed_or_after_some_scans()
    {
        _frames.Folio(0x1000, 16);
        Map(0, 0x1000, 16);
        Find();
        long asked = _frames.Reads;
        for (int i = 0; i < 10; i++)
        {
            Find();
        }

        Assert.Equal(asked, _frames.Reads);
        Map(3, 0x7777, 1);
        Assert.Equal((true, "0-2 4-15"), Find());
        Assert.Empty(KeptOf(0, 3));
        Assert.Single(KeptOf(3, 4));
        _frames.Clear();
        for (int i = 0; i < 40 && Find().Has; i++)
        {
        }

        Assert.False(Find().Has);
        Assert.Equal(0, _finder.Chunks);
    }

    [Fact]
    public void Chunks_that_are_gone_are_forgotten()
    {
        _frames.Folio(0x1000, 16);
        Map(0, 0x1000, 16);
        Find();
        Assert.Equal(1, _finder.Chunks);
        for (int i = 0; i < 200; i++)
        {
            _finder.Begin(everywhere: true, []);
        }

        Assert.Equal(0, _finder.Chunks);
    }

    [Fact]
    public void Chunks_that_are_not_looked_at_are_not_forgotten()
    {
        _frames.Folio(0x1000, 16);
        Map(0, 0x1000, 16);
        Find();
        for (int i = 0; i < 200; i++)
        {
            _finder.Begin(everywhere: true, []);
            _finder.Pass(Number);
            _finder.Pass(Number + 1);
        }

        // Reads of some chunks are none of the process as a whole.
        for (int i = 0; i < 200; i++)
        {
            _finder.Begin(everywhere: true, [], isPart: true);
        }

        Assert.Equal(1, _finder.Chunks);
    }

    [Fact]
    public void Where_the_machine_has_none_only_mappings_of_files_are_looked_at()
    {
        ulong start = Number << Chunk.Shift;
        AddressRange[] files =
        [
            new(start + Chunk.Bytes - 4096, start + Chunk.Bytes), new(start + (3 * Chunk.Bytes), start + (5 * Chunk.Bytes)),
        ];
        _finder.Begin(everywhere: false, files);
        Assert.Equal(
            [true, false, false, true, true, false],
            Enumerable.Range(0, 6).Select(chunk => _finder.LooksIn(start + ((ulong)chunk * Chunk.Bytes))));
    }

    [Fact]
    public void Where_flags_cannot_be_read_aligned_pages_in_aligned_frames_are_taken_for_a_folio()
    {
        FolioFinder blind = new(new Nothing(), () => 16);
        Map(0, 0x1000, 40);
        Map(100, 0x2003, 60);
        ChunkFacts facts = default;
        _map.CopyTo(blind.Frames);
        blind.Begin(everywhere: true, []);
        blind.Find(Number, ref facts);
        Assert.Equal((true, "0-15 16-31"), Describe(facts));
    }

    private readonly ulong[] _map = new ulong[Chunk.Pages];

    private static IEnumerable<ulong> Pages(int from, int to) =>
        Enumerable.Range(from, to - from).Select(page => Chunk.AddressOf(Number, page));

    private void Map(int page, ulong frame, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _map[page + i] = frame + (ulong)i;
        }
    }

    private ulong[] KeptOf(int from, int to)
    {
        ulong[] pages = [.. Pages(from, to)];
        return pages[.._finder.KeepWhole(pages, keepsFolios: true)];
    }

    private (bool Has, string Joined) Find()
    {
        ChunkFacts facts = default;
        _map.CopyTo(_finder.Frames);
        _finder.Begin(everywhere: true, []);
        _finder.Find(Number, ref facts);
        return Describe(facts);
    }

    private static (bool Has, string Joined) Describe(ChunkFacts facts)
    {
        List<string> runs = [];
        for (int page = 0; facts.HasFolios && page < Chunk.Pages; page = FolioRuns.EndOf(facts.Joined, page))
        {
            int end = FolioRuns.EndOf(facts.Joined, page);
            if (end > page + 1)
            {
                runs.Add($"{page}-{end - 1}");
            }
        }

        return (facts.HasFolios, string.Join(' ', runs));
    }

    private sealed class Frames : IFrameFlags
    {
        private readonly Dictionary<ulong, ulong> _flags = [];

        public long Reads { get; private set; }

        public void Clear() => _flags.Clear();

        public void Folio(ulong frame, int pages)
        {
            for (int i = 0; i < pages; i++)
            {
                _flags[frame + (ulong)i] = i == 0 ? 1UL << 15 : 1UL << 16;
            }
        }

        public int Read(ulong frame, Span<ulong> flags)
        {
            Reads++;
            for (int i = 0; i < flags.Length; i++)
            {
                flags[i] = _flags.GetValueOrDefault(frame + (ulong)i);
            }

            return flags.Length;
        }
    }

    private sealed class Nothing : IFrameFlags
    {
        public int Read(ulong frame, Span<ulong> flags) => 0;
    }
}
