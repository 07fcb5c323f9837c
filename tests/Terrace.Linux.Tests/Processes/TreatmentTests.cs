using System.Text;
using Terrace.Core.Tracking;
using Terrace.Linux.Processes;

namespace Terrace.Linux.Tests.Processes;

public sealed class TreatmentTests
{
    [Theory]
    [InlineData("[anon:terrace:hot]", MappingTreatment.Hot)]
    [InlineData("[anon:terrace:pin:index]", MappingTreatment.Hot)]
    [InlineData("/memfd:terrace:cold (deleted)", MappingTreatment.Cold)]
    [InlineData("[anon_shmem:terrace:ignore]", MappingTreatment.Ignored)]
    public void Names_that_ask_for_a_treatment_are_understood(string name, MappingTreatment treatment) => Assert.Equal(treatment, WorkloadHint.In(Encoding.UTF8.GetBytes(name)));

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

    private sealed class Recorder : IScanSink
    {
        private readonly Dictionary<ulong, ChunkFacts> _chunks = [];

        public void Record(ulong chunk, in ChunkFacts facts) => _chunks[chunk] = facts;

        public bool Present(int page) => Bit(_chunks[(ulong)(page / Chunk.Pages)].Present, page % Chunk.Pages);

        public bool Accessed(int page) => Bit(_chunks[(ulong)(page / Chunk.Pages)].Accessed, page % Chunk.Pages);

        private static bool Bit(BitPlane plane, int page) => (plane[page >> 6] >> (page & 63) & 1) != 0;
    }
}
