using System.Globalization;
using System.Text.RegularExpressions;

namespace Terrace.Benchmarks.History;

/// <summary>
/// One figure of one run, as benchmarks/history.csv keeps it: a line of comma-separated values (RFC 4180, without line breaks in values).
/// </summary>
/// <param name="Date">Day of the run, in UTC.</param>
/// <param name="Commit">What was measured: a short commit hash, with <c>+</c> after it when files had changed since.</param>
/// <param name="Machine">CPU model, cores and kernel; never a host's name.</param>
/// <param name="Benchmark">The run, a slash, and which of its figures: <c>scan-cost/ratio</c>.</param>
/// <param name="Figure">The figure, in <paramref name="Unit"/>.</param>
/// <param name="Unit"><c>ns</c>, <c>%</c>, <c>MB</c>, <c>x</c> (times as much) and so on.</param>
/// <param name="Low">The lowest value seen, or a bound of the error; null where the run has none.</param>
/// <param name="High">The same at the upper end.</param>
/// <param name="Command">The command that prints it.</param>
internal sealed partial record HistoryRow(
    DateOnly Date,
    string Commit,
    string Machine,
    string Benchmark,
    double Figure,
    string Unit,
    double? Low,
    double? High,
    string Command)
{
    /// <summary>The first line of the file.</summary>
    public const string Header = "date,commit,machine,benchmark,figure,unit,low,high,command";

    private const int Columns = 9;
    private const string DateForm = "yyyy-MM-dd";

    /// <summary>The line, without its end. Figures have up to six digits: more is noise.</summary>
    public string Format()
    {
        string date = Date.ToString(DateForm, CultureInfo.InvariantCulture);
        string[] values = [date, Commit, Machine, Benchmark, Number(Figure), Unit, Number(Low), Number(High), Command];
        return string.Join(',', values.Select(Quoted));
    }

    /// <summary>Reads a line; null and what is wrong with it where it is none.</summary>
    public static HistoryRow? Parse(string line, out string problem)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (Split(line) is not { Count: Columns } values)
        {
            problem = $"it does not have {Columns} columns";
            return null;
        }

        bool isDate = DateOnly.TryParseExact(values[0], DateForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date);
        bool isComplete = values[2].Length > 0 && values[5].Length > 0 && values[8].StartsWith("./bench", StringComparison.Ordinal);
        bool areNumbers = TryNumber(values[4], out double? figure)
            & TryNumber(values[6], out double? low)
            & TryNumber(values[7], out double? high);
        problem = !isDate ? "its date is not written 2026-12-31"
            : !CommitHash().IsMatch(values[1]) ? "its commit is not a short hash"
            : !BenchmarkName().IsMatch(values[3]) ? "its benchmark is not written run/figure"
            : !isComplete ? "its machine, unit or command is missing"
            : !areNumbers || figure is null ? "its figure or a bound is not a number"
            : low > figure || high < figure ? "its figure is not within its bounds"
            : "";
        return problem.Length > 0
            ? null
            : new HistoryRow(date, values[1], values[2], values[3], figure!.Value, values[5], low, high, values[8]);
    }

    private static bool TryNumber(string text, out double? number)
    {
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);
        number = isNumber ? value : null;
        return isNumber || text.Length == 0;
    }

    private static string Number(double? number) => number?.ToString("G6", CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(',', '"') < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Unquoted(string value) => value.Replace("\"\"", "\"", StringComparison.Ordinal);

    /// <summary>The values of a line; null when a quote is not closed or stands within a value that is not quoted.</summary>
    private static List<string>? Split(string line)
    {
        MatchCollection matches = Value().Matches(line);
        return matches.Sum(match => match.Length) == line.Length
            ?
            [
                .. matches.Select(
                    match => match.Groups["plain"].Success ? match.Groups["plain"].Value : Unquoted(match.Groups["quoted"].Value)),
            ]
            : null;
    }

    [GeneratedRegex("^[0-9a-f]{7,40}\\+?$")]
    private static partial Regex CommitHash();

    [GeneratedRegex("^[^/ ]+/[^/]+$")]
    private static partial Regex BenchmarkName();

    [GeneratedRegex("\\G(?:^|(?<=.),)(?:\"(?<quoted>(?:[^\"]|\"\")*)\"|(?<plain>[^,\"]*))(?=,|$)")]
    private static partial Regex Value();
}
