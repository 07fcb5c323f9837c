using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Terrace.Core.Units;
using Terrace.Host.Files;

namespace Terrace.Cli.CommandLine;

/// <summary>Options with units as people write them. What cannot be read becomes an error that says how to write it.</summary>
internal static class OptionParsers
{
    /// <summary>A size such as <c>1400M</c>.</summary>
    public static UnitOption<long> Size(string name, string description, string fallback, long min, long max = long.MaxValue) =>
        Make<long>(name, description, "SIZE", fallback, (text, out value, out problem) =>
        {
            problem = !ByteSize.TryParse(text, out value) ? new Problem($"'{text}' is not a size", $"write for example {fallback}")
                : value < min ? new Problem($"'{text}' is too small", $"at least {ByteSize.Format(min)}")
                : value > max ? new Problem($"'{text}' is too large", $"at most {ByteSize.Format(max)}") : null;
            return problem is null;
        });

    /// <summary>A duration such as <c>100ms</c>; without a default the option is absent unless given.</summary>
    public static UnitOption<TimeSpan?> Duration(string name, string description, string? fallback, TimeSpan min, string example = "45s") =>
        Make<TimeSpan?>(name, description, "TIME", fallback, (text, out value, out problem) =>
        {
            bool read = TryDuration(text, min, fallback ?? example, out TimeSpan duration, out problem);
            value = duration;
            return read;
        });

    /// <summary>A fraction of 0 to 1, written <c>10%</c> or <c>0.1</c>.</summary>
    public static UnitOption<double> Fraction(
        string name, string description, string fallback, bool zeroAllowed = false, bool oneAllowed = true) =>
        Make<double>(name, description, "PERCENT", fallback, (text, out value, out problem) =>
        {
            problem = null;
            if (!ConfigurationValues.TryFraction(text, out value))
            {
                problem = new Problem($"'{text}' is not a percentage", $"write for example {fallback}");
            }
            else if (value < 0 || value > 1 || (value == 0 && !zeroAllowed) || (value == 1 && !oneAllowed))
            {
                problem = new Problem(
                    $"'{text}' is out of range",
                    $"{(zeroAllowed ? "0% or more" : "above 0%")} and {(oneAllowed ? "at most" : "below")} 100%");
            }

            return problem is null;
        });

    /// <summary>A whole number in a range.</summary>
    public static UnitOption<int> Number(string name, string description, int fallback, int min, int max) =>
        Make<int>(name, description, "N", fallback.ToString(CultureInfo.InvariantCulture), (text, out value, out problem) =>
        {
            bool read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
            problem = !read ? new Problem($"'{text}' is not a whole number", $"write {min} to {max}")
                : value < min || value > max ? new Problem($"{value} is out of range", $"{min} to {max}") : null;
            return problem is null;
        });

    /// <summary>A fast share: <c>40%</c>, <c>2G</c> or <c>auto</c>.</summary>
    public static UnitOption<FastShare> Share(string description, string fallback = "auto") =>
        Make<FastShare>("--fast", description, "SHARE", fallback, ConfigurationValues.Share, "auto");

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

    private static bool TryDuration(
        string text, TimeSpan min, string example, out TimeSpan value, [NotNullWhen(false)] out Problem? problem)
    {
        problem = !HumanDuration.TryParse(text, out value) ? new Problem($"'{text}' is not a duration", $"write for example {example}")
            : value < min ? new Problem($"'{text}' is too short", $"at least {HumanDuration.Format(min)}") : null;
        return problem is null;
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
