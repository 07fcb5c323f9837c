using Terrace.Cli.Accessed;
using Terrace.Core.Machine;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>Bytes written down by hand, from the description of the format.</summary>
public sealed class IdlePagesWriterTests
{
    private const string Set1 = "A0 0000000000200000 ";
    private const string End = " A0 0000000000000000";

    [Theory]
    [InlineData("a3 i2", "03 52")]
    [InlineData("a1", "01")]
    [InlineData("a40", "0F 0F 0A")]
    [InlineData("i31 a15 i1", "5F 5F 51 0F 51")]
    [InlineData("a2 -4 i1", "02 84 51")]
    [InlineData("a1 -16 a1", "01 8F 81 01")]
    [InlineData("i511", "5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 5F 51")]
    [InlineData("i512", "71")]
    [InlineData("a1 -120 a1", "01 8F 8F 8F 8F 8F 8F 8F 8F 01")]
    [InlineData("a1 -121 a1", "01 A0 000000000027A000 01")]
    public void Pages_alike_are_extents_of_up_to_fifteen_and_holes_are_short_or_a_new_address(string pages, string bytes) =>
        Assert.Equal(Hex(Set1 + bytes + End), Written((1, ChunkSamples.Pages(pages))));

    [Fact]
    public void A_hole_before_the_first_page_is_an_address_and_one_after_the_last_is_nothing() =>
        Assert.Equal(Hex("A0 0000000000203000 01" + End), Written((1, ChunkSamples.Pages("-3 a1 -5"))));

    [Fact]
    public void Huge_pages_are_extents_of_their_own_kind() =>
        Assert.Equal(
            Hex(Set1 + "11 61 71 03" + End),
            Written(
                (1, ChunkSamples.Huge(accessed: true)),
                (2, ChunkSamples.Huge(accessed: false)),
                (3, ChunkSamples.Pages("i512")),
                (4, ChunkSamples.Pages("a3"))));

    [Fact]
    public void More_than_fifteen_huge_pages_are_several_extents() =>
        Assert.Equal(
            Hex(Set1 + "1F 15" + End), Written([.. Enumerable.Range(1, 20).Select(at => ((ulong)at, ChunkSamples.Huge(accessed: true)))]));

    [Fact]
    public void Runs_join_over_the_border_of_two_chunks() =>
        Assert.Equal(
            Hex("A0 00000000003FE000 04" + End), Written((1, ChunkSamples.Pages("-510 a2")), (2, ChunkSamples.Pages("a2"))));

    [Theory]
    [InlineData(3, "91")]
    [InlineData(17, "9F")]
    [InlineData(122, "9F 9F 9F 9F 9F 9F 9F 9F")]
    [InlineData(123, "A0 000000000F600000")]
    [InlineData(0x3F891A2, "A0 00007F1234400000")]
    public void Chunks_without_pages_are_holes_of_2_MiB_or_a_new_address(long next, string between) =>
        Assert.Equal(
            Hex(Set1 + "11 " + between + " 11" + End),
            Written((1, ChunkSamples.Huge(accessed: true)), ((ulong)next, ChunkSamples.Huge(accessed: true))));

    [Fact]
    public void A_hole_over_a_border_is_of_pages_then_of_2_MiB_then_of_pages() =>
        Assert.Equal(
            Hex("A0 00000000003FD000 01 82 91 83 51" + End),
            Written((1, ChunkSamples.Pages("-509 a1")), (3, ChunkSamples.Pages("-3 i1"))));

    [Fact]
    public void A_scan_that_saw_nothing_has_its_end_only() => Assert.Equal(Hex(End), Written());

    [Fact]
    public void A_part_of_a_huge_page_is_base_pages() =>
        Assert.Equal(
            Hex("A0 0000000000202000 03" + End),
            ChunkSamples.Written(
                output => new IdlePagesWriter(output),
                new AddressSelection((0x202000UL, 0x204001UL)),
                (1, ChunkSamples.Huge(accessed: true))));

    [Fact]
    public void A_chunk_in_pieces_is_written_as_one() =>
        Assert.Equal(Hex(Set1 + "01 51 01" + End), Written((1, ChunkSamples.Pages("a1 -1 a1")), (1, ChunkSamples.Pages("-1 i1"))));

    [Fact]
    public void The_next_scan_begins_with_an_address_again()
    {
        using MemoryStream stream = new();
        AccessedPages pages = new(new AddressSelection(), new IdlePagesWriter(stream));
        for (int scan = 1; scan <= 2; scan++)
        {
            pages.Begin(scan, TimeSpan.Zero);
            pages.Record(1, ChunkSamples.Pages("a1"));
            pages.End();
        }

        Assert.Equal(Hex(Set1 + "01" + End + Set1 + "01" + End), stream.ToArray());
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Written(params (ulong Chunk, ChunkFacts Facts)[] chunks) =>
        ChunkSamples.Written(output => new IdlePagesWriter(output), new AddressSelection(), chunks);
}
