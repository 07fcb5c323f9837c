using System.Runtime.InteropServices;
using Terrace.Core.Machine;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Reports.Pictures;

/// <summary>
/// Keeps what pictures need: heat by address × time, in bounded memory (about 8 MiB) however long and large the run. Rows are buckets
/// of addresses that have mapped pages; when there are too many, neighbours are merged two to one and buckets double. Columns are
/// spans of time; when there are too many they are merged likewise. Recording a round allocates nothing once its addresses are known.
/// </summary>
/// <param name="fastPlaces">Bit mask of the places of tier 0 (<see cref="PlaceMap.InTier"/>).</param>
/// <param name="names">Says how the mapped ranges of a process are called, in order of address; null when nobody knows.</param>
/// <param name="maxRows">Most rows.</param>
/// <param name="maxColumns">Most columns; even.</param>
/// <param name="scans">Scans that a round is to have, until one has ended.</param>
internal sealed partial class HeatRecorder(
    int fastPlaces, Func<int, IReadOnlyList<NamedRange>>? names = null, int maxRows = 1024, int maxColumns = 512, int scans = 1)
    : IRoundObserver
{
    private const int AllPlaces = 0xF;
    private const int WordShift = 18;
    private const int LargestBucketShift = 57;

    private readonly HeatCell[] _cells = new HeatCell[maxRows * maxColumns];
    private readonly List<HeatRow> _rows = new(maxRows);
    private readonly List<HeatTarget> _targets = [];
    private readonly HeatMix[] _sums = new HeatMix[maxRows];

    /// <summary>Base-2 logarithm of a bucket's bytes: 256 KiB at first.</summary>
    public int BucketShift { get; private set; } = WordShift;

    /// <summary>Rows in order: by process, then by address.</summary>
    public IReadOnlyList<HeatRow> Rows => _rows;

    /// <summary>Processes in order of appearance.</summary>
    public IReadOnlyList<HeatTarget> Targets => _targets;

    /// <summary>Scans of a round.</summary>
    public int Scans { get; private set; } = Math.Max(1, scans);

    /// <inheritdoc/>
    public void OnRound(RoundReport report, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(report);
        Record(report.Pid, report.At, heat);
        RoundPages pages = report.Pages;
        RecordShares(
            report.Pid,
            report.At,
            new RoundShares(
                pages.Mapped,
                pages.After[Tier.Top],
                pages.Budget,
                pages.Touched,
                pages.EstimatedHitRatio,
                report.Moves.Promoted.Moved,
                report.Moves.Demoted.Moved));
    }

    /// <inheritdoc/>
    public void OnRoundBrokenOff(RoundReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        RecordMoves(report.At, report.Moves.Promoted.Moved, report.Moves.Demoted.Moved);
    }

    /// <inheritdoc/>
    public void OnTargetGone(int pid)
    {
        if (IndexOf(pid) is >= 0 and int index)
        {
            _targets[index].Last = default;
            _targets[index].GoneAt = ColumnTime * Columns;
        }
    }

    /// <inheritdoc/>
    public void OnScanFailed(int pid, int errno)
    {
        // A column without a sample shows what was known before.
    }

    /// <summary>Records where the heat of one process lies.</summary>
    public void Record(int pid, TimeSpan at, HeatMap heat)
    {
        ArgumentNullException.ThrowIfNull(heat);
        int column = ColumnAt(at);
        int index = TargetOf(pid);
        HeatTarget target = _targets[index];
        target.LookedAt = at < target.LookedAt ? at : target.LookedAt;
        Scans = Math.Max(1, heat.Scans);
        Array.Clear(_sums, 0, _rows.Count);
        for (int i = 0; i < heat.Chunks; i++)
        {
            Add(index, heat.ChunkAt(i));
        }

        for (int row = 0; row < _rows.Count; row++)
        {
            if (_rows[row].Target == index)
            {
                _cells[(_rows[row].Slot * maxColumns) + column] = _sums[_rows[row].Slot].ToCell();
            }
        }

        if (target.HasNewAddresses && names is not null)
        {
            target.Names.Update(names(pid));
        }

        target.HasNewAddresses = false;
    }

    /// <summary>
    /// Copies a row's cells of all columns, each as the last round before its end left it. One that is not
    /// <see cref="HeatCell.Sampled"/> was not looked at yet.
    /// </summary>
    public void CopyRow(int row, Span<HeatCell> cells)
    {
        HeatTarget target = _targets[_rows[row].Target];
        _cells.AsSpan(_rows[row].Slot * maxColumns, Columns).CopyTo(cells);
        HeatCell last = default;
        for (int column = 0; column < Columns; column++)
        {
            if (ColumnTime * column >= target.GoneAt)
            {
                last = HeatCell.OfPages(0);
            }
            else if (cells[column].Sampled)
            {
                last = cells[column];
            }
            else if (!last.Sampled && ColumnTime * (column + 1) > target.LookedAt)
            {
                // The process was looked at, and had nothing there.
                last = HeatCell.OfPages(0);
            }

            cells[column] = last;
        }
    }

    /// <summary>A row's cell as <see cref="CopyRow"/> gives it.</summary>
    public HeatCell CellAt(int row, int column)
    {
        HeatCell[] cells = new HeatCell[Columns];
        CopyRow(row, cells);
        return cells[column];
    }

    private int TargetOf(int pid)
    {
        int index = IndexOf(pid);
        if (index < 0)
        {
            index = _targets.Count;
            _targets.Add(new HeatTarget(pid));
        }

        return index;
    }

    // A number that comes back after its process exited is another process, which is another band of the picture.
    private int IndexOf(int pid)
    {
        for (int i = 0; i < _targets.Count; i++)
        {
            if (_targets[i].Pid == pid && _targets[i].GoneAt == TimeSpan.MaxValue)
            {
                return i;
            }
        }

        return -1;
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
            ref HeatMix sum = ref _sums[SlotOf(target, address)];
            AddTier(ref sum, chunk, word, fastPlaces, PageKind.OftenFast, PageKind.RareFast);
            AddTier(ref sum, chunk, word, AllPlaces & ~fastPlaces, PageKind.OftenSlow, PageKind.RareSlow);
        }
    }

    private void AddTier(ref HeatMix sum, HeatChunk chunk, int word, int places, PageKind often, PageKind rare)
    {
        int pages = chunk.PagesIn(word, places);
        if (pages == 0)
        {
            return;
        }

        double counts = chunk.CountIn(word, places);
        (int seen, int seenCounts) = chunk.SeenIn(word, places, (Scans + 1) / 2);
        sum.Add(often, seen, (double)seenCounts / Scans);
        sum.Add(rare, pages - seen, (counts - seenCounts) / Scans);
    }

    private int SlotOf(int target, ulong address)
    {
        ulong bucket = address >> BucketShift;
        int index = CollectionsMarshal.AsSpan(_rows).BinarySearch(new HeatRow(target, bucket, 0));
        if (index >= 0)
        {
            return _rows[index].Slot;
        }

        _targets[target].HasNewAddresses = true;
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
            HeatMix[] sums = [.. _sums];
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

                HeatMix sum = sums[row.Slot];
                if (joins)
                {
                    sum.Add(_sums[slot]);
                }

                _sums[slot] = sum;
                if (!joins)
                {
                    _rows.Add(new HeatRow(row.Target, bucket, slot));
                }
            }
        }
    }
}
