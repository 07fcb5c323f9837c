using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Keeps what pictures need: heat by address × time, in bounded memory (about 6 MiB) however long and large the run. Rows are buckets
/// of addresses that have mapped pages; when there are too many, neighbours are merged two to one and buckets double. Columns are
/// spans of time; when there are too many they are merged likewise. Recording a round allocates nothing once its addresses are known.
/// </summary>
/// <param name="fastPlaces">Bit mask of the places of tier 0 (<see cref="PlaceMap.InTier"/>).</param>
/// <param name="maxRows">Most rows.</param>
/// <param name="maxColumns">Most columns; even.</param>
internal sealed class HeatRecorder(int fastPlaces, int maxRows = 1024, int maxColumns = 512) : IRoundObserver
{
    private const int AllPlaces = 0xF;
    private const int WordShift = 18;
    private const int LargestBucketShift = 57;

    private static readonly TimeSpan s_firstColumnTime = TimeSpan.FromMilliseconds(250);

    private readonly HeatCell[] _cells = new HeatCell[maxRows * maxColumns];
    private readonly SharePoint[] _shares = new SharePoint[maxColumns];
    private readonly List<HeatRow> _rows = new(maxRows);
    private readonly List<int> _pids = [];
    private readonly List<(long Pages, long Fast, double Hits, long Touched)> _last = [];
    private readonly Bucket[] _sums = new Bucket[maxRows];

    /// <summary>Base-2 logarithm of a bucket's bytes: 256 KiB at first.</summary>
    public int BucketShift { get; private set; } = WordShift;

    /// <summary>Time of one column.</summary>
    public TimeSpan ColumnTime { get; private set; } = s_firstColumnTime;

    /// <summary>Columns so far.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows in order: by process, then by address.</summary>
    public IReadOnlyList<HeatRow> Rows => _rows;

    /// <summary>Processes in order of appearance.</summary>
    public IReadOnlyList<int> Pids => _pids;

    /// <summary>When the last round ended.</summary>
    public TimeSpan Length { get; private set; }

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(report);
        Record(report.Pid, report.At, heat);
        RoundPages pages = report.Pages;
        RecordShares(report.Pid, report.At, pages.Mapped, pages.After[Tier.Top], pages.EstimatedHitRatio, pages.Touched);
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        int target = _pids.IndexOf(pid);
        if (target >= 0)
        {
            _last[target] = default;
            // The number may come back as another process, which is another band of the picture.
            _pids[target] = -pid;
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        // A column without a sample shows what was known before.
    }

    /// <summary>Notes a share of accesses that was counted exactly.</summary>
    public void RecordExactHits(TimeSpan at, double share)
    {
        int column = ColumnAt(at);
        _shares[column] = _shares[column] with { ExactHits = (float)share };
    }

    /// <summary>Records where the heat of one process lies.</summary>
    public void Record(int pid, TimeSpan at, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(heat);
        int column = ColumnAt(at);
        Length = at > Length ? at : Length;
        int target = TargetOf(pid);
        Array.Clear(_sums, 0, _rows.Count);
        for (int i = 0; i < heat.Chunks; i++)
        {
            Add(target, heat.ChunkAt(i));
        }

        for (int row = 0; row < _rows.Count; row++)
        {
            if (_rows[row].Target == target)
            {
                _cells[(_rows[row].Slot * maxColumns) + column] = _sums[_rows[row].Slot].ToCell();
            }
        }
    }

    /// <summary>Records shares of one process; the curve is over all.</summary>
    public void RecordShares(int pid, TimeSpan at, long pages, long fastPages, double hits, long touchedPages)
    {
        int column = ColumnAt(at);
        _last[TargetOf(pid)] = (pages, fastPages, hits, touchedPages);
        double all = 0;
        double fast = 0;
        double weight = 0;
        double hit = 0;
        foreach ((long targetPages, long targetFast, double targetHits, long touched) in CollectionsMarshal.AsSpan(_last))
        {
            all += targetPages;
            fast += targetFast;
            weight += touched;
            hit += touched * targetHits;
        }

        _shares[column] = new SharePoint(
            true, all > 0 ? (float)(fast / all) : 0, (float)(weight > 0 ? hit / weight : hits), PointAt(column).ExactHits);
    }

    /// <summary>A row's cell, or the last one before it that a round ended in. Unmapped when there is none.</summary>
    public HeatCell CellAt(int row, int column)
    {
        ReadOnlySpan<HeatCell> cells = _cells.AsSpan(_rows[row].Slot * maxColumns, maxColumns);
        for (int i = column; i >= 0; i--)
        {
            if (cells[i].Sampled)
            {
                return cells[i];
            }
        }

        return default;
    }

    /// <summary>The shares of a column, without looking back.</summary>
    public SharePoint PointAt(int column) => column < Columns ? _shares[column] : new SharePoint(false, 0, 0, float.NaN);

    private int TargetOf(int pid)
    {
        int target = _pids.IndexOf(pid);
        if (target < 0)
        {
            target = _pids.Count;
            _pids.Add(pid);
            _last.Add(default);
        }

        return target;
    }

    private void Add(int target, HeatChunk chunk)
    {
        for (int word = 0; word < BitPlane.Words; word++)
        {
            int mapped = chunk.PagesIn(word, AllPlaces);
            if (mapped == 0)
            {
                continue;
            }

            ulong address = (chunk.Number << Chunk.Shift) + ((ulong)word << WordShift);
            ref Bucket sum = ref _sums[SlotOf(target, address)];
            sum.Mapped += mapped;
            sum.Fast += chunk.PagesIn(word, fastPlaces);
            sum.FastHeat += chunk.HeatIn(word, fastPlaces);
            sum.SlowHeat += chunk.HeatIn(word, AllPlaces & ~fastPlaces);
        }
    }

    private int SlotOf(int target, ulong address)
    {
        ulong bucket = address >> BucketShift;
        int index = CollectionsMarshal.AsSpan(_rows).BinarySearch(new HeatRow(target, bucket, 0));
        if (index >= 0)
        {
            return _rows[index].Slot;
        }

        if (_rows.Count == maxRows)
        {
            if (BucketShift >= LargestBucketShift)
            {
                // More processes than rows: the last row stands for what is left.
                return _rows[^1].Slot;
            }

            MergeRows();
            return SlotOf(target, address);
        }

        int slot = _rows.Count;
        _rows.Insert(~index, new HeatRow(target, bucket, slot));
        _cells.AsSpan(slot * maxColumns, maxColumns).Clear();
        _sums[slot] = default;
        return slot;
    }

    /// <summary>Doubles buckets until at least one row is free. The rows are in order, so partners are neighbours.</summary>
    private void MergeRows()
    {
        int before = _rows.Count;
        while (_rows.Count > before * 3 / 4 && BucketShift < LargestBucketShift)
        {
            BucketShift++;
            List<HeatRow> old = [.. _rows];
            HeatCell[] cells = [.. _cells];
            Bucket[] sums = [.. _sums];
            _rows.Clear();
            foreach (HeatRow row in old)
            {
                ulong bucket = row.Bucket >> 1;
                bool joins = _rows.Count > 0 && _rows[^1].Target == row.Target && _rows[^1].Bucket == bucket;
                int slot = joins ? _rows[^1].Slot : _rows.Count;
                ReadOnlySpan<HeatCell> from = cells.AsSpan(row.Slot * maxColumns, maxColumns);
                Span<HeatCell> to = _cells.AsSpan(slot * maxColumns, maxColumns);
                for (int column = 0; column < maxColumns; column++)
                {
                    to[column] = joins ? HeatCell.Merge(to[column], from[column]) : from[column];
                }

                _sums[slot] = joins ? _sums[slot].Plus(sums[row.Slot]) : sums[row.Slot];
                if (!joins)
                {
                    _rows.Add(new HeatRow(row.Target, bucket, slot));
                }
            }
        }
    }

    private int ColumnAt(TimeSpan at)
    {
        while (at / ColumnTime >= maxColumns)
        {
            MergeColumns();
        }

        int column = Math.Max(0, (int)(at / ColumnTime));
        for (; Columns <= column; Columns++)
        {
            _shares[Columns] = new SharePoint(false, 0, 0, float.NaN);
        }

        return column;
    }

    private void MergeColumns()
    {
        ColumnTime *= 2;
        for (int row = 0; row < _rows.Count; row++)
        {
            Span<HeatCell> cells = _cells.AsSpan(_rows[row].Slot * maxColumns, maxColumns);
            for (int column = 0; column < maxColumns; column++)
            {
                cells[column] = 2 * column < maxColumns ? HeatCell.MergeColumns(cells[2 * column], cells[(2 * column) + 1]) : default;
            }
        }

        for (int column = 0; 2 * column < maxColumns; column++)
        {
            SharePoint second = (2 * column) + 1 < Columns ? _shares[(2 * column) + 1] : new SharePoint(false, 0, 0, float.NaN);
            if (2 * column < Columns)
            {
                _shares[column] = SharePoint.Merge(_shares[2 * column], second);
            }
        }

        Columns = (Columns + 1) / 2;
    }

    /// <summary>What a round adds up for one row.</summary>
    private struct Bucket
    {
        public long Mapped;
        public long Fast;
        public long FastHeat;
        public long SlowHeat;

        public readonly Bucket Plus(in Bucket other) => new()
        {
            Mapped = Mapped + other.Mapped,
            Fast = Fast + other.Fast,
            FastHeat = FastHeat + other.FastHeat,
            SlowHeat = SlowHeat + other.SlowHeat,
        };

        public readonly HeatCell ToCell() => Mapped == 0
            ? new HeatCell { Sampled = true }
            : new HeatCell
            {
                Sampled = true,
                MappedPages = (uint)Math.Min(Mapped, uint.MaxValue),
                FastShare = (byte)(Fast * 255 / Mapped),
                FastHeat = (ushort)Math.Min(ushort.MaxValue, FastHeat * ushort.MaxValue / (Mapped * (HeatMap.HeatLevels - 1))),
                SlowHeat = (ushort)Math.Min(ushort.MaxValue, SlowHeat * ushort.MaxValue / (Mapped * (HeatMap.HeatLevels - 1))),
            };
    }
}
