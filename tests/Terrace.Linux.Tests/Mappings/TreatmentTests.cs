using System.Text;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Linux.Mappings;

namespace Terrace.Linux.Tests.Mappings;

public sealed class TreatmentTests
{
    [Theory]
    [InlineData("[anon:terrace:hot]", MappingTreatment.Hot)]
    [InlineData("[anon:terrace:pin:index]", MappingTreatment.Hot)]
    [InlineData("/memfd:terrace:cold (deleted)", MappingTreatment.Cold)]
    [InlineData("[anon_shmem:terrace:ignore]", MappingTreatment.Ignored)]
    public void Names_that_ask_for_a_treatment_are_understood(string name, MappingTreatment treatment) =>
        Assert.Equal(treatment, WorkloadHint.In(Encoding.UTF8.GetBytes(name)));

    [Theory]
    [InlineData("")]
    [InlineData("[heap]")]
    [InlineData("/srv/terrace:hot")]
    [InlineData("[anon:terrace:hotter]")]
    [InlineData("[anon:my terrace:hot]")]
    [InlineData("/memfd:terrace:")]
    public void Other_names_ask_for_nothing(string name) => Assert.Null(WorkloadHint.In(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void Accessed_bits_of_treated_pages_are_what_their_treatment_stands_for_and_of_others_what_was_seen()
    {
        Random random = new(3);
        for (int run = 0; run < 200; run++)
        {
            TreatmentSink sink = new();
            MappingTreatment[] wanted = new MappingTreatment[4 * Chunk.Pages];
            for (int page = 0; page < wanted.Length;)
            {
                int length = Math.Min(random.Next(1, 700), wanted.Length - page);
                MappingTreatment treatment = (MappingTreatment)random.Next(3);
                wanted.AsSpan(page, length).Fill(treatment);
                sink.Add(new AddressRange((ulong)page << Chunk.PageShift, (ulong)(page + length) << Chunk.PageShift), treatment);
                page += length;
            }

            Recorder seen = new();
            Recorder given = new();
            IScanSink first = sink.Before(given);
            for (ulong chunk = 0; chunk < 4; chunk++)
            {
                ChunkFacts facts = default;
                for (int word = 0; word < BitPlane.Words; word++)
                {
                    facts.Present[word] = (ulong)random.NextInt64();
                    facts.Accessed[word] = (ulong)random.NextInt64() & facts.Present[word];
                }

                seen.Record(chunk, in facts);
                first.Record(chunk, in facts);
            }

            int Treated(MappingTreatment treatment) =>
                Enumerable.Range(0, wanted.Length).Count(page => wanted[page] == treatment && seen.Present(page));
            Assert.Equal(new TreatedPages(Treated(MappingTreatment.Hot), Treated(MappingTreatment.Cold)), sink.Treated);
            for (int page = 0; page < wanted.Length; page++)
            {
                bool present = seen.Present(page);
                bool expected = wanted[page] switch
                {
                    MappingTreatment.Hot => present,
                    MappingTreatment.Cold => false,
                    _ => seen.Accessed(page),
                };
                Assert.Equal(present, given.Present(page));
                Assert.Equal(expected, given.Accessed(page));
            }
        }
    }

    [Fact]
    public void Pages_of_areas_come_as_pieces_with_their_number_and_no_page_twice()
    {
        Random random = new(5);
        for (int run = 0; run < 200; run++)
        {
            TreatmentSink sink = new();
            int[] wanted = new int[4 * Chunk.Pages];
            for (int page = 0; page < wanted.Length;)
            {
                int length = Math.Min(random.Next(1, 700), wanted.Length - page);
                int area = random.Next(4);
                wanted.AsSpan(page, length).Fill(area);
                sink.Add(
                    new AddressRange((ulong)page << Chunk.PageShift, (ulong)(page + length) << Chunk.PageShift),
                    MappingTreatment.ByHeat,
                    area);
                page += length;
            }

            List<(ulong Chunk, ChunkFacts Facts)> pieces = [];
            IScanSink first = sink.Before(new Pieces(pieces));
            for (ulong chunk = 0; chunk < 4; chunk++)
            {
                ChunkFacts facts = default;
                facts.Present.Fill(ulong.MaxValue);
                first.Record(chunk, in facts);
            }

            int[] found = new int[wanted.Length];
            Array.Fill(found, -1);
            foreach ((ulong chunk, ChunkFacts facts) in pieces)
            {
                for (int page = 0; page < Chunk.Pages; page++)
                {
                    if ((facts.Present[page >> 6] >> (page & 63) & 1) != 0)
                    {
                        Assert.Equal(-1, found[((int)chunk * Chunk.Pages) + page]);
                        found[((int)chunk * Chunk.Pages) + page] = facts.Area;
                    }
                }
            }

            Assert.Equal(wanted, found);
            Assert.Equal(
                pieces.OrderBy(piece => piece.Chunk).ThenBy(piece => piece.Facts.Area).Select(piece => (piece.Chunk, piece.Facts.Area)),
                pieces.Select(piece => (piece.Chunk, piece.Facts.Area)));
        }
    }

    [Theory]
    [InlineData("[anon:terrace:fast=30%]", "30%")]
    [InlineData("/memfd:terrace:fast=64M:cache (deleted)", "64M")]
    [InlineData("[anon:terrace:hot]", "")]
    [InlineData("/srv/terrace:fast=30%", "")]
    public void Names_that_ask_for_a_share_are_understood(string name, string share) =>
        Assert.Equal(share, Encoding.UTF8.GetString(WorkloadHint.ShareIn(Encoding.UTF8.GetBytes(name))));

    [Fact]
    public void Names_that_ask_for_the_same_share_are_one_area_and_there_is_a_limit_to_how_many_there_are()
    {
        AreaNumbers numbers = new();
        Assert.Equal(1, numbers.NumberOfHint("30%"u8));
        Assert.Equal(2, numbers.NumberOfHint("40%"u8));
        Assert.Equal(1, numbers.NumberOfHint("30%"u8));
        Assert.Equal(0, numbers.NumberOfHint("lots"u8));
        Assert.Equal(0, numbers.NumberOfHint("auto"u8));
        Assert.Equal(0, numbers.NumberOfHint(""u8));
        for (int percent = 50; percent < 90; percent++)
        {
            numbers.NumberOfHint(Encoding.UTF8.GetBytes($"{percent}%"));
        }

        Assert.Equal(FastArea.Most, numbers.All.Count);
        Assert.Equal("terrace:fast=30%", numbers.All[0].Name);
    }

    private sealed class Pieces(List<(ulong Chunk, ChunkFacts Facts)> seen) : IScanSink
    {
        public void Record(ulong chunk, in ChunkFacts facts) => seen.Add((chunk, facts));
    }

    private sealed class Recorder : IScanSink
    {
        private readonly Dictionary<ulong, ChunkFacts> _chunks = [];

        public void Record(ulong chunk, in ChunkFacts facts) => _chunks[chunk] = facts;

        public bool Present(int page) => Bit(_chunks[(ulong)(page / Chunk.Pages)].Present, page % Chunk.Pages);

        public bool Accessed(int page) => Bit(_chunks[(ulong)(page / Chunk.Pages)].Accessed, page % Chunk.Pages);

        private static bool Bit(BitPlane plane, int page) => (plane[page >> 6] >> (page & 63) & 1) != 0;
    }
}
