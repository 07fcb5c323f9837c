using System.Buffers.Binary;
using System.Text;

namespace Terrace.Cli.Tests.Accessed;

/// <summary>Reads what <c>terrace accessed</c> writes as bitmap, only by what docs/accessed-bits.md says of it.</summary>
internal static class BitmapStream
{
    private const ulong Page = 4096;
    private const int RangeHeader = 16;

    /// <summary>The pages of one scan: whether they were accessed, and whether they are of a huge page.</summary>
    public static SortedDictionary<ulong, (bool Accessed, bool Huge)> ReadOne(ReadOnlySpan<byte> bytes)
    {
        SortedDictionary<ulong, (bool Accessed, bool Huge)> pages = [];
        Assert.Equal("TERRBITS", Encoding.ASCII.GetString(bytes[..8]));
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
        bytes = bytes[24..];
        ulong last = 0;
        while (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) is var count and > 0)
        {
            ulong start = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            bool huge = (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) & 1) != 0;
            Assert.True(start > last);
            last = start + ((ulong)(count - 1) * Page);
            bytes = bytes[RangeHeader..];
            for (int page = 0; page < count; page++)
            {
                pages.Add(start + ((ulong)page * Page), (((bytes[page / 8] >> (page % 8)) & 1) != 0, huge));
            }

            bytes = bytes[(((int)count + 63) / 64 * 8)..];
        }

        Assert.Equal(new byte[RangeHeader], bytes.ToArray());
        return pages;
    }
}
