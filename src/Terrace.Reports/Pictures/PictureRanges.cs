using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Divides rows into ranges: neighbours with one name are one. Those too small to be seen are gathered, for each process or, when there
/// are many processes, for all of them.
/// </summary>
internal static class PictureRanges
{
    /// <summary>What people call memory without a name.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>A range of less than this part of all memory is small.</summary>
    private const double SmallPart = 0.012;

    private const int FewTargets = 4;

    /// <summary>The ranges of a picture from top to bottom, at most about <paramref name="most"/>.</summary>
    public static IReadOnlyList<PictureRange> Of(HeatRecorder recorder, int most)
    {
        List<PictureRange> all = Divide(recorder);
        long total = all.Sum(range => range.Bytes);
        HashSet<PictureRange> large =
        [
            .. all.Where(range => range.Bytes >= total * SmallPart).OrderByDescending(range => range.Bytes).Take(most),
        ];
        bool few = recorder.Targets.Count <= FewTargets;
        List<PictureRange> shown = [];
        foreach (IGrouping<int, PictureRange> target in all.GroupBy(range => few ? range.Target : -1))
        {
            shown.AddRange(target.Where(large.Contains));
            List<PictureRange> small = [.. target.Where(range => !large.Contains(range))];
            if (small.Count == 1)
            {
                shown.Add(small[0]);
            }
            else if (small.Count > 1)
            {
                string name = small.Count.ToString(CultureInfo.InvariantCulture) + " small mappings";
                int[] rows = [.. small.SelectMany(range => range.Rows)];
                shown.Add(new PictureRange(target.Key, name, null, small.Sum(range => range.Bytes), rows));
            }
        }

        return shown;
    }

    private static List<PictureRange> Divide(HeatRecorder recorder)
    {
        List<PictureRange> ranges = [];
        HeatCell[] cells = new HeatCell[recorder.Columns];
        List<int> rows = [];
        string name = "";
        long bytes = 0;
        for (int row = 0; row < recorder.Rows.Count; row++)
        {
            HeatRow at = recorder.Rows[row];
            ulong start = at.Bucket << recorder.BucketShift;
            string called = recorder.Targets[at.Target].Names.Of(start, start + (1UL << recorder.BucketShift));
            called = called.Length == 0 ? Anonymous : called;
            if (rows.Count > 0 && (!Continues(recorder, row) || called != name))
            {
                Close();
            }

            name = called;
            rows.Add(row);
            recorder.CopyRow(row, cells);
            bytes += cells.Max(cell => (long)cell.MappedPages) * Chunk.PageBytes;
        }

        if (rows.Count > 0)
        {
            Close();
        }

        return ranges;

        void Close()
        {
            HeatRow first = recorder.Rows[rows[0]];
            ranges.Add(new PictureRange(first.Target, name, first.Bucket << recorder.BucketShift, bytes, rows));
            (rows, bytes) = ([], 0);
        }
    }

    private static bool Continues(HeatRecorder recorder, int row) =>
        recorder.Rows[row].Target == recorder.Rows[row - 1].Target && recorder.Rows[row].Bucket == recorder.Rows[row - 1].Bucket + 1;
}
