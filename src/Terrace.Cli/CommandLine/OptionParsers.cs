using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Cli.CommandLine;

/// <summary>Options with units as people write them. What cannot be read becomes an error that says how to write it.</summary>
internal static class OptionParsers
{
    /// <summary>A size such as <c>1400M</c>.</summary>
    public static UnitOption<long> Size(string name, string description, string fallback, long min, long max = long.MaxValue) =>
        Make(name, description, "SIZE", fallback, ConfigurationValues.SizeIn(min, max, fallback));

    /// <summary>Bytes per second, such as <c>256MiB/s</c>.</summary>
    public static UnitOption<long> Rate(string name, string description, string fallback) =>
        Make<long>(name, description, "RATE", fallback, ConfigurationValues.Rate);

    /// <summary>A duration such as <c>100ms</c>; without a default the option is absent unless given.</summary>
    public static UnitOption<TimeSpan?> Duration(string name, string description, string? fallback, TimeSpan min, string example = "45s") =>
        Make<TimeSpan?>(name, description, "TIME", fallback, (text, out value, out problem) =>
        {
            bool read = ConfigurationValues.TimeIn(min, HumanDuration.Max, fallback ?? example)(text, out TimeSpan duration, out problem);
            value = duration;
            return read;
        });

    /// <summary>A percentage in a range; its value is a fraction.</summary>
    public static UnitOption<double> Fraction(string name, string description, string fallback, PercentageRange range) =>
        Make(name, description, "PERCENT", fallback, ConfigurationValues.Fraction(range, fallback));

    /// <summary>A whole number in a range.</summary>
    public static UnitOption<int> Number(string name, string description, int fallback, int min, int max) =>
        Make(name, description, "N", fallback.ToString(CultureInfo.InvariantCulture), ConfigurationValues.Number(min, max));

    /// <summary>A fast share: <c>40%</c>, <c>2G</c> or <c>auto</c>.</summary>
    public static UnitOption<FastShare> Share(string description, string fallback = "auto")
    {
        UnitOption<FastShare> option = Make<FastShare>("--fast", description, "SHARE", fallback, ConfigurationValues.Share, "auto");
        option.Aliases.Add("-f");
        return option;
    }

    /// <summary>A range of durations, <c>MIN..MAX</c>, or one for both.</summary>
    public static UnitOption<(TimeSpan Min, TimeSpan Max)> Interval(string description, string fallback) =>
        Make<(TimeSpan Min, TimeSpan Max)>("--interval", description, "MIN..MAX", fallback, ConfigurationValues.Interval);

    /// <summary>Makes an option of any kind out of a reader of its text. <paramref name="words"/> are values that shells suggest.</summary>
    public static UnitOption<T> Make<T>(
        string name, string description, string helpName, string? fallback, TextReaderOf<T> reader, params string[] words)
    {
        T? value = default;
        if (fallback is not null && !reader(fallback, out value, out Problem? problem))
        {
            throw new ArgumentException(problem!.AsClause, nameof(fallback));
        }

        UnitOption<T> option = new(name, value!)
        {
            // The default is shown as people write it, not as the value prints.
            Description = fallback is null ? description : $"{description} [default: {fallback}]",
            HelpName = helpName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ReadToken(result, name, reader),
        };

        // The library's own would be the names of an enumeration's members.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    private static T? ReadToken<T>(ArgumentResult result, string name, TextReaderOf<T> reader)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (reader(text, out T value, out Problem? problem))
        {
            return value;
        }

        result.AddError($"{name}: {problem!.AsClause}");
        return default;
    }
}
