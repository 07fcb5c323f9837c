namespace Terrace.Lab.Machine;

/// <summary>
/// Reads a port of the machine up to a marker, handing on what comes before it as soon as it is certain not to be part of one.
/// </summary>
public sealed class MarkedStream(Stream source)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private int filled;

    /// <summary>Hands bytes to <paramref name="sink"/> until the marker has been read. False when the stream ended without one.</summary>
    public async Task<bool> ReadToMarkerAsync(ReadOnlyMemory<byte> marker, Action<ReadOnlySpan<byte>> sink, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(sink);
        while (true)
        {
            var at = buffer.AsSpan(0, filled).IndexOf(marker.Span);
            if (at >= 0)
            {
                sink(buffer.AsSpan(0, at));
                Discard(at + marker.Length);
                return true;
            }

            var safe = filled - PossibleMarkerTail(buffer.AsSpan(0, filled), marker.Span);
            if (safe > 0)
            {
                sink(buffer.AsSpan(0, safe));
                Discard(safe);
            }

            var read = await source.ReadAsync(buffer.AsMemory(filled), ct);
            if (read == 0)
            {
                sink(buffer.AsSpan(0, filled));
                filled = 0;
                return false;
            }

            filled += read;
        }
    }

    /// <summary>The length of the longest end of <paramref name="data"/> that begins the marker.</summary>
    private static int PossibleMarkerTail(ReadOnlySpan<byte> data, ReadOnlySpan<byte> marker)
    {
        for (var length = Math.Min(data.Length, marker.Length - 1); length > 0; length--)
        {
            if (marker.StartsWith(data[^length..]))
            {
                return length;
            }
        }

        return 0;
    }

    private void Discard(int count)
    {
        buffer.AsSpan(count, filled - count).CopyTo(buffer);
        filled -= count;
    }
}
