using System.Text;
using System.Xml.Linq;
using Terrace.Core.Tracking;
using Terrace.Reports.Pictures;

namespace Terrace.Reports.Tests.Pictures;

/// <summary>Runs that were recorded, and pictures of them.</summary>
internal static class Pictured
{
    public static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    public static readonly XNamespace Link = "http://www.w3.org/1999/xlink";

    public static PictureCaption Caption { get; } = new() { Title = "terrace run -- ./server", Facts = ["fast share 40%", "on box"] };

    /// <summary>10 s of a process whose first 64 pages are hot, and go from slow to fast memory after 5 s.</summary>
    public static HeatRecorder Run()
    {
        HeatRecorder recorder = new(fastPlaces: 1);
        using HeatMap map = new();
        for (int round = 1; round < 10; round++)
        {
            int place = round < 5 ? 1 : 0;
            HeatMaps.Round(map, [10, 11, 900], (chunk, page) => (true, chunk == 10 && page < 64, chunk == 10 ? place : 1));
            TimeSpan at = TimeSpan.FromSeconds(round);
            recorder.Record(1, at, map);
            recorder.RecordShares(1, at, new RoundShares(1536, place == 0 ? 512 : 0, 600, 64, 0.9, round == 5 ? 512 : 0, 0));
            recorder.RecordExactHits(at, 0.95);
        }

        recorder.End(TimeSpan.FromSeconds(10));
        return recorder;
    }

    /// <summary>Two processes with named ranges, many of them small; some memory is hot here and there.</summary>
    public static HeatRecorder Server()
    {
        List<NamedRange> names =
        [
            new(1000UL << 21, 1040UL << 21, "heap"),
            new(1040UL << 21, 1060UL << 21, "memfd jit-cache"),
            new(3000UL << 21, 3030UL << 21, "libvery-long-name-of-a-library.so.6.0.33"),
            .. Chunks(5000, 20, 2).Select(chunk => new NamedRange(chunk << 21, (chunk + 1) << 21, "anonymous")),
        ];
        HeatRecorder recorder = new(fastPlaces: 1, _ => names);
        using HeatMap map = new();
        ulong[] all = [.. Chunks(1000, 60), .. Chunks(3000, 30), .. Chunks(5000, 20, 2)];
        for (int round = 1; round <= 12; round++)
        {
            int now = round;
            HeatMaps.Round(
                map,
                all,
                (chunk, page) => chunk >= 5000 ? (page < 8, false, 0)
                    : chunk is >= 1010 and < 1020 ? (true, true, now < 4 ? 1 : 0)
                    : chunk >= 3000 ? (true, page * 37 % 64 < 10, now >= 4 && page * 37 % 64 < 10 ? 0 : 1)
                    : (true, false, page * 29 % 64 < 20 ? 0 : 1),
                scans: 5);
            TimeSpan at = TimeSpan.FromSeconds(5 * round);
            recorder.Record(41, at, map);
            (long up, long down) = now == 4 ? (9000, 4000) : (0, 0);
            recorder.RecordShares(41, at, new RoundShares(46000, 12000, 16000, 8000, now < 4 ? 0.3 : 0.9, up, down));
            if (round > 6)
            {
                recorder.Record(4242, at, map);
                recorder.RecordShares(4242, at, new RoundShares(46000, 9000, 9200, 8000, 0.9));
            }
        }

        recorder.End(TimeSpan.FromSeconds(66));
        return recorder;
    }

    private static IEnumerable<ulong> Chunks(ulong first, int count, int step = 1) =>
        Enumerable.Range(0, count).Select(i => first + (ulong)(step * i));

    public static byte[] Draw(HeatRecorder recorder, string name, PictureCaption? caption = null, PictureSize? size = null)
    {
        using MemoryStream stream = new();
        new HeatPicture(recorder, caption ?? Caption).WriteTo(stream, name, size);
        return stream.ToArray();
    }

    public static XDocument DrawSvg(HeatRecorder recorder, PictureCaption? caption = null, PictureSize? size = null) =>
        XDocument.Parse(Encoding.UTF8.GetString(Draw(recorder, "heat.svg", caption, size)));

    public static string[] TextsOf(XDocument svg) => [.. svg.Descendants(Svg + "text").Select(text => text.Value)];

    /// <summary>What is said to whoever points at something.</summary>
    public static string[] NotesOf(XDocument svg) =>
        [.. svg.Descendants(Svg + "rect").Elements(Svg + "title").Select(title => title.Value)];
}
