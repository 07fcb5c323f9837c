using System.Globalization;
using System.Text;

namespace Terrace.Host.Metrics;

/// <summary>Writes metrics in Prometheus's text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static byte[] Of(IReadOnlyList<MetricFamily> families)
    {
        StringBuilder text = new(16 * 1024);
        foreach (MetricFamily family in families)
        {
            string name = PrometheusName.Of(family);
            text.Append("# HELP ")
                .Append(name)
                .Append(' ')
                .Append(family.Description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal))
                .Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(PrometheusName.TypeOf(family.Kind)).Append('\n');
            foreach (MetricPoint point in family.Points)
            {
                Write(text, name, family, point);
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, string name, MetricFamily family, MetricPoint point)
    {
        if (point.Counts is not { } counts)
        {
            Sample(text, name, point.Labels, point.Value);
            return;
        }

        long below = 0;
        for (int i = 0; i < counts.Count; i++)
        {
            below += counts[i];
            string bound = i < family.Bounds.Count ? Number(family.Bounds[i]) : "+Inf";
            Sample(text, name + "_bucket", [.. point.Labels, new("le", bound)], below);
        }

        Sample(text, name + "_sum", point.Labels, point.Value);
        Sample(text, name + "_count", point.Labels, below);
    }

    private static void Sample(StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>> labels, double value)
    {
        text.Append(name);
        for (int i = 0; i < labels.Count; i++)
        {
            text.Append(i == 0 ? '{' : ',').Append(labels[i].Key).Append("=\"");
            Escape(text, labels[i].Value);
            text.Append('"');
        }

        text.Append(labels.Count > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static void Escape(StringBuilder text, string value)
    {
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(letter),
            };
        }
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
