using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Terrace.Cli.CommandLine;

/// <summary>Reads process numbers.</summary>
internal static class PidReader
{
    /// <summary>The number of a process that the daemon manages.</summary>
    public static Argument<int> Argument() => new("PID")
    {
        Description = "A process that the daemon manages.",
        HelpName = "PID",
        CustomParser = result => Read(result.Tokens[0].Value, result) ?? 0,
        CompletionSources = { LiveValues.ManagedProcesses },
    };

    /// <summary>Any number of them, apart by spaces or commas.</summary>
    public static Option<int[]> Option() => new("--pid", "-p")
    {
        Description = "The same by number only: 12 34, or 12,34.",
        HelpName = "PID",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            List<int> pids = [];
            foreach (
                string word in result.Tokens.SelectMany(
                    token => token.Value.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries)))
            {
                if (Read(word, result) is not { } pid)
                {
                    return [];
                }

                pids.Add(pid);
            }

            return [.. pids.Distinct()];
        },
        CompletionSources = { LiveValues.Processes },
    };

    /// <summary>A number, 1 or more.</summary>
    public static bool TryRead(string text, out int pid) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out pid) && pid > 0;

    /// <summary>What is wrong with a text that is no such number.</summary>
    public static string ProblemWith(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit)
            ? $"'{text}' is out of range; numbers of processes are 1 to {int.MaxValue}"
            : $"'{text}' is not a process number; give the number that ps or pidof shows";

    private static int? Read(string text, ArgumentResult result)
    {
        if (TryRead(text, out int pid))
        {
            return pid;
        }

        result.AddError(ProblemWith(text));
        return null;
    }
}
