using BigGustave;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

public sealed class PngEncoderTests
{
    [Fact]
    public void The_checksum_is_the_one_that_PNG_specifies() =>
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

            AssertDecodes(raster);
        });

    [Property]
    public Property What_is_drawn_is_what_another_program_shows() =>
        Prop.ForAll(Gen.Choose(1, 300).Two().ToArbitrary(), Gen.Choose(-50, 350).Four().ArrayOf().ToArbitrary(), (size, rectangles) =>
        {
            Raster raster = new(size.Item1, size.Item2);
            foreach ((int left, int top, int width, int height) in rectangles)
            {
                raster.Fill(left, top, width, height, new Rgb((byte)left, (byte)top, (byte)(width ^ height)));
            }

            AssertDecodes(raster);
        });

    [Fact]
    public void A_file_that_was_damaged_is_refused()
    {
        // Only so is it known that the reader checks what the writer must get right.
        byte[] png = PngEncoder.Encode(new Raster(20, 20));
        png[^14] ^= 1; // the checksum of the pixels' chunk
        Assert.ThrowsAny<Exception>(() => Decode(png));
    }

    /// <summary>Reads a picture with a library that is not ours.</summary>
    internal static (int Width, int Height, byte[] Pixels) Decode(byte[] png)
    {
        Png picture = Png.Open(png);
        byte[] pixels = new byte[picture.Width * picture.Height * 3];
        for (int y = 0, at = 0; y < picture.Height; y++)
        {
            for (int x = 0; x < picture.Width; x++, at += 3)
            {
                Pixel pixel = picture.GetPixel(x, y);
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (pixel.R, pixel.G, pixel.B);
            }
        }

        return (picture.Width, picture.Height, pixels);
    }

    private static void AssertDecodes(Raster raster)
    {
        (int width, int height, byte[] pixels) = Decode(PngEncoder.Encode(raster));
        Assert.Equal((raster.Width, raster.Height), (width, height));
        Assert.Equal(raster.Pixels, pixels);
    }
}
