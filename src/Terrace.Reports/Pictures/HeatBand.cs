namespace Terrace.Reports.Pictures;

/// <summary>
/// Some neighbouring rows of a range, as they are drawn in one strip over time. Where each row is even, every row has its own place and
/// colour. Where rows mix tiers or heat, dots of single pages would be noise: then the strip shows at each instant how much of its pages
/// is of each kind.
/// </summary>
internal sealed class HeatBand
{
    /// <summary>Rows of which more than this part is of another kind than most, on average, are mixed.</summary>
    private const double MostMixture = 0.08;

    private readonly HeatCell[][] _cells;
    private readonly HeatMix[] _mixes;

    /// <summary>Takes rows from one to another, that one excluded, of a list.</summary>
    public HeatBand(HeatRecorder recorder, EvenHeat even, IReadOnlyList<int> rows, int from, int until)
    {
        _cells = new HeatCell[until - from][];
        _mixes = new HeatMix[recorder.Columns];
        double mixture = 0;
        double pages = 0;
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i] = new HeatCell[recorder.Columns];
            recorder.CopyRow(rows[from + i], _cells[i]);
            for (int column = 0; column < recorder.Columns; column++)
            {
                HeatMix mix = default;
                mix.Add(_cells[i][column]);
                mixture += even.Settle(mix).Mixture * mix.Mapped;
                pages += mix.Mapped;
                _mixes[column].Add(mix);
            }
        }

        for (int column = 0; column < recorder.Columns; column++)
        {
            _mixes[column] = even.Settle(_mixes[column]);
        }

        IsMixed = mixture > MostMixture * pages;
    }

    /// <summary>True when it is drawn in parts.</summary>
    public bool IsMixed { get; }

    /// <summary>All of its pages in a column.</summary>
    public HeatMix MixAt(int column) => _mixes[column];

    /// <summary>True when a row of it was not looked at before a column's end.</summary>
    public bool IsUnseen(int column) => Array.Exists(_cells, row => !row[column].Sampled);

    /// <summary>
    /// The colour in a column at a height, 0 (top) to 1; null where it was not looked at yet.
    /// </summary>
    public Rgb? ColourAt(int column, double height)
    {
        if (IsMixed)
        {
            return _mixes[column].Mapped > 0 ? HeatColours.At(_mixes[column], height) : IsUnseen(column) ? null : HeatColours.Unmapped;
        }

        HeatCell cell = _cells[Math.Min((int)(height * _cells.Length), _cells.Length - 1)][column];
        if (cell.MappedPages == 0)
        {
            return cell.Sampled ? HeatColours.Unmapped : null;
        }

        HeatMix mix = default;
        mix.Add(cell);
        return HeatColours.Of(mix);
    }
}
