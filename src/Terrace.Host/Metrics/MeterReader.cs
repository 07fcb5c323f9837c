using System.Diagnostics.Metrics;

namespace Terrace.Host.Metrics;

/// <summary>Reads all instruments of one meter. For any thread; a histogram's values are counted on the thread that records them.</summary>
internal sealed class MeterReader : IDisposable
{
    private readonly Lock _reading = new();
    private readonly MeterListener _listener = new();
    private readonly List<Collected> _collected = [];

    /// <summary>Begins to read a meter whose instruments are all made.</summary>
    public MeterReader(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                Collected collected = new(instrument);
                _collected.Add(collected);
                listener.EnableMeasurementEvents(instrument, collected);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, state) => ((Collected)state!).Add(value, labels));
        _listener.Start();
        _collected.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
    }

    /// <summary>The values as they are now, by name.</summary>
    public IReadOnlyList<MetricFamily> Read()
    {
        lock (_reading)
        {
            _listener.RecordObservableInstruments();
            return [.. _collected.Select(collected => collected.Take())];
        }
    }

    public void Dispose() => _listener.Dispose();

    private sealed class Collected(Instrument instrument)
    {
        private readonly Lock _gate = new();
        private readonly List<MetricPoint> _points = [];
        private readonly IReadOnlyList<double> _bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries ?? [];
        private readonly long[] _counts = new long[((instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.Count ?? 0) + 1];
        private double _sum;

        private readonly MetricKind _kind = instrument switch
        {
            Histogram<double> => MetricKind.Histogram,
            ObservableCounter<double> => MetricKind.Counter,
            _ => MetricKind.Gauge,
        };

        public string Name => instrument.Name;

        public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
        {
            lock (_gate)
            {
                if (_kind == MetricKind.Histogram)
                {
                    int range = 0;
                    while (range < _bounds.Count && value > _bounds[range])
                    {
                        range++;
                    }

                    _counts[range]++;
                    _sum += value;
                    return;
                }

                KeyValuePair<string, string>[] texts = new KeyValuePair<string, string>[labels.Length];
                for (int i = 0; i < texts.Length; i++)
                {
                    texts[i] = new(labels[i].Key, labels[i].Value as string ?? "");
                }

                _points.Add(new MetricPoint(texts, value));
            }
        }

        /// <summary>What was collected; the next reading begins without values, a histogram continues.</summary>
        public MetricFamily Take()
        {
            lock (_gate)
            {
                MetricPoint[] points = _kind == MetricKind.Histogram ? [new MetricPoint([], _sum, [.. _counts])] : [.. _points];
                _points.Clear();
                return new MetricFamily(instrument.Name, instrument.Unit ?? "", instrument.Description ?? "", _kind, _bounds, points);
            }
        }
    }
}
