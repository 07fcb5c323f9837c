using Terrace.Cli.Accessed;
using Terrace.Core.Machine;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>Bytes written down by hand, from the description of the format.</summary>
public sealed class BitmapWriterTests
{
    private const string Header = "5445525242495453 01000000 01000000 0000000000000000 ";
    private const string End = "0000000000000000 0000000000000000";

    [Theory]
    [InlineData("a3 i2", "0000200000000000 05000000 00000000 0700000000000000")]
    [InlineData("-2 i1", "0020200000000000 01000000 00000000 0000000000000000")]
    [InlineData("-60 i3 a5", "00C0230000000000 08000000 00000000 F800000000000000")]
    [InlineData("a64 i1", "0000200000000000 41000000 00000000 FFFFFFFFFFFFFFFF 0000000000000000")]
    [InlineData("a1 -1 a1", "0000200000000000 01000000 00000000 0100000000000000 0020200000000000 01000000 00000000 0100000000000000")]
    public void A_range_has_its_first_address_its_pages_and_a_bit_for_each(string pages, string bytes) =>
        Assert.Equal(Hex(Header + bytes + End), Written((1, ChunkSamples.Pages(pages))));

    [Fact]
    public void A_huge_page_is_512_bits_alike_with_a_flag()
    {
        string range = "0000200000000000 00020000 01000000 ";
        string bits = string.Concat(Enumerable.Repeat("FFFFFFFFFFFFFFFF ", 8));
        Assert.Equal(Hex(Header + range + bits + End), Written((1, ChunkSamples.Huge(accessed: true))));
    }

    [Fact]
    public void Ranges_do_not_cross_2_MiB() =>
        Assert.Equal(
            Hex(
                Header + "00F03F0000000000 01000000 00000000 0100000000000000"
                    + "0000400000000000 01000000 00000000 0100000000000000" + End),
            Written((1, ChunkSamples.Pages("-511 a1")), (2, ChunkSamples.Pages("a1"))));

    [Fact]
    public void A_scan_that_saw_nothing_has_header_and_end() => Assert.Equal(Hex(Header + End), Written());

    [Fact]
    public void The_header_has_the_scans_number_and_time()
    {
        using MemoryStream stream = new();
        AccessedPages pages = new(new AddressSelection(), new BitmapWriter(stream));
        pages.Begin(258, TimeSpan.FromMilliseconds(100));
        pages.End();
        Assert.Equal(Hex("5445525242495453 01000000 02010000 00E1F50500000000" + End), stream.ToArray());
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Written(params (ulong Chunk, ChunkFacts Facts)[] chunks) =>
        ChunkSamples.Written(output => new BitmapWriter(output), new AddressSelection(), chunks);
}
