using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Writes PNG (https://www.w3.org/TR/png-3/): 8-bit RGB, rows without a filter: pictures of few colours that repeat compress best as they
/// are.
/// </summary>
internal static class PngEncoder
{
    private const int BytesPerPixel = 3;
    private const byte NoFilter = 0;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes a picture.</summary>
    public static void Write(Stream stream, Raster raster)
    {
        stream.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, raster.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], raster.Height);
        header[8] = 8; // bits per channel
        header[9] = 2; // true colour
        WriteChunk(stream, "IHDR"u8, header);
        WriteChunk(stream, "IDAT"u8, Compress(raster));
        WriteChunk(stream, "IEND"u8, []);
    }

    /// <summary>The picture as bytes.</summary>
    public static byte[] Encode(Raster raster)
    {
        using MemoryStream stream = new();
        Write(stream, raster);
        return stream.ToArray();
    }

    /// <summary>CRC-32 of ISO 3309, as PNG's annex D gives it.</summary>
    public static uint Crc(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Crc32 crc = new();
        crc.Append(type);
        crc.Append(data);
        return crc.GetCurrentHashAsUInt32();
    }

    private static ReadOnlySpan<byte> Compress(Raster raster)
    {
        int stride = raster.Width * BytesPerPixel;
        MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < raster.Height; y++)
            {
                zlib.WriteByte(NoFilter);
                zlib.Write(raster.Pixels, y * stride, stride);
            }
        }

        return packed.GetBuffer().AsSpan(0, (int)packed.Length);
    }

    private static void WriteChunk(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        stream.Write(number);
        stream.Write(type);
        stream.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(type, data));
        stream.Write(number);
    }
}
