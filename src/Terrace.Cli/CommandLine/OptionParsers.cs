using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Cli.CommandLine;

/// <summary>Options with units as people write them. What cannot be read becomes an error that says how to write it.</summary>
internal static class OptionParsers
{
    /// <summary>A size such as <c>1400M</c>.</summary>
    public static UnitOption<long> Size(string name, string description, string standard, long min, long max = long.MaxValue) =>
        Make(name, description, "SIZE", standard, (string text, out long value, out string problem) =>
        {
            problem = !ByteSize.TryParse(text, out value) ? $"'{text}' is not a size; write for example {standard}"
                : value < min ? $"'{text}' is too small; at least {ByteSize.Format(min)}"
                : value > max ? $"'{text}' is too large; at most {ByteSize.Format(max)}" : "";
            return problem.Length == 0;
        });

    /// <summary>A duration such as <c>100ms</c>; without a standard value the option is absent unless given.</summary>
    public static UnitOption<TimeSpan?> Duration(string name, string description, string? standard, TimeSpan min, string example = "45s") =>
        Make(name, description, "TIME", standard, (string text, out TimeSpan? value, out string problem) =>
        {
            bool read = TryDuration(text, min, out TimeSpan duration, out problem, standard ?? example);
            value = duration;
            return read;
        });

    /// <summary>A fraction of 0 to 1, written <c>10%</c> or <c>0.1</c>.</summary>
    public static UnitOption<double> Fraction(string name, string description, string standard, bool zeroAllowed = false, bool oneAllowed = true) =>
        Make(name, description, "PERCENT", standard, (string text, out double value, out string problem) =>
        {
            problem = "";
            if (!ConfigurationValues.TryFraction(text, out value))
            {
                problem = $"'{text}' is not a percentage; write for example {standard}";
            }
            else if (value < 0 || value > 1 || (value == 0 && !zeroAllowed) || (value == 1 && !oneAllowed))
            {
                problem = $"'{text}' is out of range; {(zeroAllowed ? "0% or more" : "above 0%")} and {(oneAllowed ? "at most" : "below")} 100%";
            }

            return problem.Length == 0;
        });

    /// <summary>A whole number in a range.</summary>
    public static UnitOption<int> Number(string name, string description, int standard, int min, int max) =>
        Make(name, description, "N", standard.ToString(CultureInfo.InvariantCulture), (string text, out int value, out string problem) =>
        {
            bool read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
            problem = !read ? $"'{text}' is not a whole number"
                : value < min || value > max ? $"{value} is out of range; {min} to {max}" : "";
            return problem.Length == 0;
        });

    /// <summary>A fast share: <c>40%</c>, <c>2G</c> or <c>auto</c>.</summary>
    public static UnitOption<FastShare> Share(string description, string standard = "auto") =>
        Make("--fast", description, "SHARE", standard, (string text, out FastShare value, out string problem) => FastShare.TryParse(text, out value, out problem), "auto");

    /// <summary>A range of durations, <c>MIN..MAX</c>, or one for both.</summary>
    public static UnitOption<(TimeSpan Min, TimeSpan Max)> Interval(string description, string standard) =>
        Make<(TimeSpan Min, TimeSpan Max)>("--interval", description, "MIN..MAX", standard, ConfigurationValues.Interval);

    /// <summary>Makes an option of any kind out of a reader of its text. <paramref name="words"/> are values that shells suggest.</summary>
    public static UnitOption<T> Make<T>(string name, string description, string helpName, string? standard, TextReaderOf<T> reader, params string[] words)
    {
        T? value = default;
        if (standard is not null && !reader(standard, out value, out string problem))
        {
            throw new ArgumentException(problem, nameof(standard));
        }

        UnitOption<T> option = new(name, value!)
        {
            // The standard is shown as people write it, not as the value prints.
            Description = standard is null ? description : $"{description} [default: {standard}]",
            HelpName = helpName,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => ReadToken(result, name, reader),
        };

        // The library's own would be the names of an enumeration's members.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    private static bool TryDuration(string text, TimeSpan min, out TimeSpan value, out string problem, string example)
    {
        problem = !HumanDuration.TryParse(text, out value) ? $"'{text}' is not a duration; write for example {example}"
            : value < min ? $"'{text}' is too short; at least {HumanDuration.Format(min)}" : "";
        return problem.Length == 0;
    }

    private static T? ReadToken<T>(ArgumentResult result, string name, TextReaderOf<T> reader)
    {
        string text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
        if (reader(text, out T value, out string problem))
        {
            return value;
        }

        result.AddError($"{name}: {problem}");
        return default;
    }
}
