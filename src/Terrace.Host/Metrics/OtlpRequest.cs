namespace Terrace.Host.Metrics;

/// <summary>
/// Writes metrics as an ExportMetricsServiceRequest of OTLP 1.x (opentelemetry-proto: collector/metrics/v1/metrics_service.proto,
/// metrics/v1/metrics.proto, common/v1 and
/// resource/v1). The numbers are those of the fields there.
/// </summary>
internal static class OtlpRequest
{
    private const ulong Cumulative = 2;

    /// <param name="families">The metrics.</param>
    /// <param name="resource">What they are of: attributes by name.</param>
    /// <param name="version">The meter's version.</param>
    /// <param name="start">When counting began.</param>
    /// <param name="now">When the values were read.</param>
    public static ReadOnlyMemory<byte> Of(
        IReadOnlyList<MetricFamily> families, IReadOnlyList<KeyValuePair<string, string>> resource,
        string version,
        DateTimeOffset start,
        DateTimeOffset now)
    {
        (ulong Start, ulong Now) times = (Nanoseconds(start), Nanoseconds(now));
        ProtobufWriter request = new();
        request.Message(1, resourceMetrics =>
        {
            resourceMetrics.Message(1, one => Attributes(one, 1, resource));
            resourceMetrics.Message(2, scopeMetrics =>
            {
                scopeMetrics.Message(1, scope =>
                {
                    scope.Text(1, TerraceInstruments.MeterName);
                    scope.Text(2, version);
                });
                foreach (MetricFamily family in families.Where(family => family.Points.Count > 0))
                {
                    scopeMetrics.Message(2, metric => Write(metric, family, times));
                }
            });
        });
        return request.Written;
    }

    private static void Write(ProtobufWriter metric, MetricFamily family, (ulong Start, ulong Now) times)
    {
        metric.Text(1, family.Name);
        metric.Text(2, family.Description);
        metric.Text(3, family.Unit);
        switch (family.Kind)
        {
            case MetricKind.Counter:
                metric.Message(7, sum =>
                {
                    Points(sum, family, times);
                    sum.Number(2, Cumulative);
                    sum.Number(3, 1);
                });
                break;
            case MetricKind.Histogram:
                metric.Message(9, histogram =>
                {
                    foreach (MetricPoint point in family.Points)
                    {
                        histogram.Message(1, one => Ranges(one, family, point, times));
                    }

                    histogram.Number(2, Cumulative);
                });
                break;
            default:
                metric.Message(5, gauge => Points(gauge, family, times));
                break;
        }
    }

    private static void Points(ProtobufWriter list, MetricFamily family, (ulong Start, ulong Now) times)
    {
        foreach (MetricPoint point in family.Points)
        {
            list.Message(1, number =>
            {
                Attributes(number, 7, point.Labels);
                number.Fixed(2, times.Start);
                number.Fixed(3, times.Now);
                number.Double(4, point.Value);
            });
        }
    }

    private static void Ranges(ProtobufWriter one, MetricFamily family, MetricPoint point, (ulong Start, ulong Now) times)
    {
        IReadOnlyList<long> counts = point.Counts ?? [];
        Attributes(one, 9, point.Labels);
        one.Fixed(2, times.Start);
        one.Fixed(3, times.Now);
        one.Fixed(4, (ulong)counts.Sum());
        one.Double(5, point.Value);
        one.Packed(6, counts.Select(count => (ulong)count));
        one.Packed(7, family.Bounds.Select(BitConverter.DoubleToUInt64Bits));
    }

    private static void Attributes(ProtobufWriter message, int field, IReadOnlyList<KeyValuePair<string, string>> attributes)
    {
        foreach ((string key, string text) in attributes)
        {
            message.Message(field, attribute =>
            {
                attribute.Text(1, key);
                attribute.Message(2, value => value.Text(1, text));
            });
        }
    }

    private static ulong Nanoseconds(DateTimeOffset time) =>
        (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * (ulong)TimeSpan.NanosecondsPerTick;
}
