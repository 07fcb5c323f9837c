using System.Text.Json;
using Terrace.Core.Layout;
using Terrace.Host.Guests;

namespace Terrace.Fuzz.Targets;

/// <summary>What a guest asks its host and a host tells its guest; neither believes the other.</summary>
internal sealed class GuestLayoutTarget : IFuzzTarget
{
    private const int LineBytes = 300;
    private readonly LineFeed _lines = new(LineBytes);

    public string Name => "guest-layout";

    public string Reads => "lines between a host and its guests, and how they are cut";

    public IReadOnlyList<string> Words =>
    [
        "\"version\":1", "\"ask\":\"a\"", "\"epoch\":", "\"have\":", "\"generation\":", "\"everySeconds\":", "\"pageBytes\":4096",
        "\"blockPages\":", "\"inUsePages\":", "\"elsewherePages\":", "\"nodes\":[", "\"node\":", "\"tier\":", "\"pages\":",
        "\"readLatencyNs\":",
        "\"distances\":{\"0\":10}", "\"cpus\":[", "\"cpu\":", "\"cpuNodes\":[", "\"ranges\":[[", "],[", "null", "1099511627776",
        "\\ud800", "\n",
    ];

    public IEnumerable<byte[]> Seeds => CapturedFiles.Texts(
        """{"version":1,"ask":"a-1","epoch":5,"have":2}""",
        """
        {"version":1,"ask":"a","epoch":5,"generation":2,"everySeconds":3,"pageBytes":4096,"blockPages":1,"inUsePages":30,"elsewherePages":0,
        "nodes":[{"node":0,"tier":0,"pages":10,"readLatencyNs":80,"distances":{"0":10,"2":20}},{"node":2,"tier":1,"pages":20}],
        "cpus":[{"cpu":0,"nodes":[0]}],"cpuNodes":[0],"ranges":[[0,10,0],[10,20,2]]}
        """,
        """{"version":1,"ask":"a","epoch":5,"generation":2}""",
        "{\"version\":1,\n\"ask\":\"a\"}\n\n{\"version\":1,\"ask\":\"b\",\"have\":1}\n");

    public void Run(ReadOnlySpan<byte> input)
    {
        // A longer line is not taken for a request (LayoutFeed).
        if (input.Length <= LayoutChannel.MaxRequestBytes && LayoutFeed.Parse(input) is { } request)
        {
            Expect.That(request is { Version: LayoutChannel.Version, Ask.Length: > 0 and <= 64 });
        }

        if (PublishedLayout.Parse(input) is { } message)
        {
            PublishedLayout? layout = PublishedLayout.Of(message, out string problem);
            Expect.That(layout is null == problem.Length > 0);
            Check(layout);
        }

        Cut(input);
    }

    private static void Check(PublishedLayout? layout)
    {
        if (layout is null)
        {
            return;
        }

        ulong end = 0;
        foreach (FrameRange range in layout.Layout.Ranges)
        {
            Expect.That(range.Start >= end);
            Expect.That(range.End > range.Start);
            Expect.That(layout.NodeOf(range.Node).Tier is not null);
            _ = layout.DistanceTo(range.Node);
            end = range.End;
        }

        // What was believed can be told on.
        byte[] again = JsonSerializer.SerializeToUtf8Bytes(layout.Message, LayoutJson.Line.LayoutMessage);
        Expect.That(PublishedLayout.Of(PublishedLayout.Parse(again)!, out _) is not null);
    }

    // However lines arrive, those that fit are the same: in one piece, and in two.
    private void Cut(ReadOnlySpan<byte> input)
    {
        int half = input.Length / 2;
        (long lines, long bytes) = Taken(input, default);
        Expect.That((lines, bytes) == Taken(input[..half], input[half..]));
    }

    private (long Lines, long Bytes) Taken(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        _lines.Clear();
        (long lines, long bytes) = (0, 0);
        Take(first);
        Take(second);
        return (lines, bytes);

        void Take(ReadOnlySpan<byte> piece)
        {
            // As from a channel: pieces no longer than a line may be.
            while (!piece.IsEmpty)
            {
                int length = Math.Min(piece.Length, LineBytes);
                _lines.Add(piece[..length]);
                piece = piece[length..];
                while (_lines.TryTake(out ReadOnlySpan<byte> line))
                {
                    Expect.That(line.Length <= LineBytes);
                    lines++;
                    bytes += line.Length;
                }
            }
        }
    }
}
