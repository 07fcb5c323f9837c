using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Terrace.Host.Tests.Metrics;

/// <summary>
/// Reads Prometheus's text format 0.0.4 strictly, from its description (prometheus.io/docs/instrumenting/exposition_formats) and
/// not from the writer. Anything that a
/// server could stumble over is a <see cref="FormatException"/>.
/// </summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, (string Help, string Type)> _families = [];
    private readonly Dictionary<string, double> _samples = [];
    private string _family = "";

    /// <summary>Help and type by metric.</summary>
    public IReadOnlyDictionary<string, (string Help, string Type)> Families => _families;

    /// <summary>Values by name and labels, the labels unescaped, in the order of their names: <c>name{a=x,b=y}</c>.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    public static Exposition Parse(string text)
    {
        Exposition read = new();
        Check(text.EndsWith('\n'), "the last line has no end", text);
        string? help = null;
        foreach (string line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line["# HELP ".Length..];
                Check(help.Contains(' ', StringComparison.Ordinal) && help[^1] != ' ', "help without a text", line);
                Check(!BadHelp().IsMatch(help), "an escape that is none", line);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Check(words.Length == 4 && help?.Split(' ')[0] == words[2], "a type that does not follow its help", line);
                Check(words[3] is "gauge" or "counter" or "histogram", "an unknown type", line);
                Check(
                    words[3] != "counter" || words[2].EndsWith("_total", StringComparison.Ordinal),
                    "a counter that does not end with total",
                    line);
                Check(words[3] == "counter" || !words[2].EndsWith("_total", StringComparison.Ordinal), "no counter ends with total", line);
                Check(read._families.TryAdd(words[2], (help![(words[2].Length + 1)..], words[3])), "a metric twice", line);
                (read._family, help) = (words[2], null);
            }
            else
            {
                Check(line.Length > 0 && line[0] != '#', "an empty line or a comment", line);
                Check(help is null, "a help without its type", line);
                read.Sample(line);
            }
        }

        read.CheckHistograms();
        return read;
    }

    private void Sample(string line)
    {
        Match match = SampleLine().Match(line);
        Check(match.Success, "no sample", line);
        string name = match.Groups["name"].Value;
        bool ofHistogram = _families.TryGetValue(_family, out (string Help, string Type) family) && family.Type == "histogram";
        Check(
            name == _family || (ofHistogram && (name == _family + "_bucket" || name == _family + "_sum" || name == _family + "_count")),
            "a sample that is not below its metric's type",
            line);
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            Check(labels.TryAdd(label.Groups["label"].Value, Unescape(label.Groups["value"].Value)), "a label twice", line);
        }

        string number = match.Groups["number"].Value;
        double value = number switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            "NaN" => double.NaN,
            _ => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        Check(family.Type == "gauge" || value >= 0, "a count below 0", line);
        string key = labels.Count == 0 ? name : $"{name}{{{string.Join(',', labels.Select(pair => $"{pair.Key}={pair.Value}"))}}}";
        Check(_samples.TryAdd(key, value), "a series twice", line);
    }

    private void CheckHistograms()
    {
        foreach (string name in _families.Where(family => family.Value.Type == "histogram").Select(family => family.Key))
        {
            (double Bound, double Count)[] buckets =
            [
                .. _samples.Where(sample => sample.Key.StartsWith(name + "_bucket{", StringComparison.Ordinal))
                    .Select(sample => (BoundOf(sample.Key), sample.Value)),
            ];
            Check(
                buckets.Length > 1
                    && double.IsPositiveInfinity(buckets[^1].Bound)
                    && buckets[^1].Count == _samples[name + "_count"]
                    && _samples.ContainsKey(name + "_sum"),
                "a histogram without an end",
                name);
            Check(
                buckets.Zip(buckets.Skip(1)).All(pair => pair.First.Bound < pair.Second.Bound && pair.First.Count <= pair.Second.Count),
                "ranges that do not add up",
                name);
        }
    }

    private static double BoundOf(string key)
    {
        string bound = key[(key.IndexOf("le=", StringComparison.Ordinal) + 3)..^1];
        return bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);
    }

    private static string Unescape(string value)
    {
        StringBuilder text = new();
        for (int i = 0; i < value.Length; i++)
        {
            text.Append(value[i] != '\\' ? value[i] : value[++i] == 'n' ? '\n' : value[i]);
        }

        return text.ToString();
    }

    private static void Check(bool good, string what, string line)
    {
        if (!good)
        {
            throw new FormatException($"{what}: {line}");
        }
    }

    [
        GeneratedRegex(
            """^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"""
            + """(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\\\|\\"|\\n)*",?)*)\})? (?<number>[-+0-9.eE]+|[+-]Inf|NaN)$"""),
    ]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\\n]|\\\\|\\"|\\n)*)",?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"(?<!\\)(\\\\)*\\(?![\\n])")]
    private static partial Regex BadHelp();
}
