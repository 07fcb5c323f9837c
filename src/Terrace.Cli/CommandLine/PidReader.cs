using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Terrace.Cli.CommandLine;

/// <summary>Reads process numbers.</summary>
internal static class PidReader
{
    /// <summary>One number, 1 or more.</summary>
    /// <param name="managed">It must be one that the daemon manages.</param>
    public static Argument<int> Argument(bool managed = false) => new("PID")
    {
        Description = managed ? "A process that the daemon manages." : "The process.",
        HelpName = "PID",
        CustomParser = result => TryRead(result.Tokens[0].Value, result) ?? 0,
        CompletionSources = { managed ? LiveValues.ManagedProcesses : LiveValues.Processes },
    };

    /// <summary>One or more numbers, apart by blanks or commas.</summary>
    public static Option<int[]> Option() => new("--pid")
    {
        Description = "The processes to manage.",
        HelpName = "PID",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result =>
        {
            List<int> pids = [];
            foreach (
                string word in result.Tokens.SelectMany(
                    token => token.Value.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries)))
            {
                if (TryRead(word, result) is not { } pid)
                {
                    return [];
                }

                pids.Add(pid);
            }

            return [.. pids.Distinct()];
        },
        CompletionSources = { LiveValues.Processes },
    };

    private static int? TryRead(string text, ArgumentResult result)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0)
        {
            return pid;
        }

        result.AddError($"'{text}' is not a process number; give the number that ps or pidof shows");
        return null;
    }
}
