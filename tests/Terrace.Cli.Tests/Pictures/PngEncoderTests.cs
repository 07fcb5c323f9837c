using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Cli.Pictures;

namespace Terrace.Cli.Tests.Pictures;

public sealed class PngEncoderTests
{
    [Fact]
    public void The_checksum_is_that_of_the_standard() =>
        // The check value of CRC-32/ISO-HDLC is that of "123456789"; IEND's is in every PNG file.
        Assert.Multiple(
            () => Assert.Equal(0xCBF43926, PngEncoder.Crc("1234"u8, "56789"u8)),
            () => Assert.Equal(0xAE426082, PngEncoder.Crc("IEND"u8, [])));

    [Property]
    public Property What_is_encoded_decodes_to_the_same_pixels() =>
        Prop.ForAll(Gen.Choose(1, 40).Three().ToArbitrary(), numbers =>
        {
            Raster raster = new(numbers.Item1, numbers.Item2);
            uint state = (uint)numbers.Item3;
            for (int i = 0; i < raster.Pixels.Length; i++)
            {
                state = (state * 1664525) + 1013904223;
                raster.Pixels[i] = (byte)(state >> 24);
            }

            (int width, int height, byte[] pixels) = Decode(PngEncoder.Encode(raster));
            Assert.Equal((raster.Width, raster.Height), (width, height));
            Assert.Equal(raster.Pixels, pixels);
        });

    /// <summary>Reads what the encoder writes: 8-bit RGB with the filters 0 and 1. Checks every checksum.</summary>
    internal static (int Width, int Height, byte[] Pixels) Decode(byte[] png)
    {
        Assert.Equal([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        int width = 0;
        int height = 0;
        using MemoryStream packed = new();
        List<string> types = [];
        for (int at = 8; at < png.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            ReadOnlySpan<byte> type = png.AsSpan(at + 4, 4);
            ReadOnlySpan<byte> data = png.AsSpan(at + 8, length);
            Assert.Equal(BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length)), PngEncoder.Crc(type, data));
            types.Add(Encoding.ASCII.GetString(type));
            if (types[^1] == "IHDR")
            {
                width = BinaryPrimitives.ReadInt32BigEndian(data);
                height = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
                Assert.Equal([8, 2, 0, 0, 0], data[8..].ToArray());
            }
            else if (types[^1] == "IDAT")
            {
                packed.Write(data);
            }

            at += 12 + length;
        }

        Assert.Equal(["IHDR", "IDAT", "IEND"], types);
        packed.Position = 0;
        using ZLibStream zlib = new(packed, CompressionMode.Decompress);
        byte[] pixels = new byte[width * height * 3];
        byte[] row = new byte[(width * 3) + 1];
        for (int y = 0; y < height; y++)
        {
            zlib.ReadExactly(row);
            for (int i = 0; i < width * 3; i++)
            {
                int left = row[0] == 1 && i >= 3 ? pixels[(y * width * 3) + i - 3] : 0;
                pixels[(y * width * 3) + i] = (byte)(row[i + 1] + left);
            }
        }

        Assert.Equal(-1, zlib.ReadByte());
        return (width, height, pixels);
    }
}
