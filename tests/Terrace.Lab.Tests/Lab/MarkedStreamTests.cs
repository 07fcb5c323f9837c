using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Terrace.Lab.Machine;

namespace Terrace.Lab.Tests;

public sealed class MarkedStreamTests
{
    private static readonly byte[] Marker = "\0end1\0"u8.ToArray();

    [Property(MaxTest = 500)]
    public Property Every_byte_before_the_marker_arrives_however_the_stream_is_cut()
    {
        // Contents drawn from the marker's own bytes, so that beginnings of markers are common.
        var content = Gen.Elements(Marker).ArrayOf();
        var pieces = Gen.Choose(1, 7).ArrayOf();
        return Prop.ForAll(content.ToArbitrary(), content.ToArbitrary(), pieces.ToArbitrary(), (first, second, cuts) =>
        {
            if (first.AsSpan().IndexOf(Marker) >= 0 || second.AsSpan().IndexOf(Marker) >= 0 || Overlaps(first) || Overlaps(second))
            {
                return true;
            }

            var stream = new MarkedStream(new ChoppedStream([.. first, .. Marker, .. second, .. Marker], cuts));
            return Read(stream, out var a) && Read(stream, out var b) && !Read(stream, out var rest)
                && a.AsSpan().SequenceEqual(first) && b.AsSpan().SequenceEqual(second) && rest.Length == 0;
        });
    }

    [Fact]
    public void A_stream_that_ends_early_says_so_and_gives_what_there_was()
    {
        var stream = new MarkedStream(new MemoryStream("half\0en"u8.ToArray()));

        Assert.False(Read(stream, out var got));
        Assert.Equal("half\0en"u8.ToArray(), got);
    }

    /// <summary>Content and marker together hold an earlier marker: no reader could tell.</summary>
    private static bool Overlaps(byte[] content) => ((byte[])[.. content, .. Marker]).AsSpan().IndexOf(Marker) < content.Length;

    private static bool Read(MarkedStream stream, out byte[] content)
    {
        var gathered = new List<byte>();
        var found = stream.ReadToMarkerAsync(Marker, bytes => gathered.AddRange(bytes), CancellationToken.None).GetAwaiter().GetResult();
        content = [.. gathered];
        return found;
    }

    /// <summary>Gives its bytes in pieces of the sizes told, as a socket may.</summary>
    private sealed class ChoppedStream(byte[] content, int[] sizes) : MemoryStream(content)
    {
        private int next;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var size = sizes.Length == 0 ? 1 : sizes[next++ % sizes.Length];
            return base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
        }
    }
}
