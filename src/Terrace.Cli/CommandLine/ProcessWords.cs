using System.CommandLine;
using System.Globalization;
using Terrace.Host.Failures;
using Terrace.Host.Files;
using Terrace.Linux.Processes;

namespace Terrace.Cli.CommandLine;

/// <summary>
/// Processes as people name them: by number, or by name. A name is what ps shows of a process (comm), or the last part of its
/// program's path or of the first word of its command line, for comm has at most 15 characters and a script's is its interpreter's.
/// </summary>
internal sealed class ProcessWords(ProcessIdentityReader reader)
{
    private const int Listed = 5;
    private const int ListedWidth = 40;

    private static readonly char[] s_separators = [',', ' ', '\n'];

    /// <summary>One process.</summary>
    public static Argument<string> One() => new("PROCESS")
    {
        Description = "Its number, or its name if no other process has that name.",
        HelpName = "PROCESS",
        CompletionSources = { LiveValues.Processes, LiveValues.ProcessNames },
        Validators = { result => Refuse(result.Tokens.Select(token => token.Value), result.AddError) },
    };

    /// <summary>Any number of processes, none too.</summary>
    public static Argument<string[]> Several() => new("PROCESS")
    {
        Description = "Processes by number or name; all that have the name.",
        HelpName = "PROCESS",
        Arity = ArgumentArity.ZeroOrMore,
        CompletionSources = { LiveValues.Processes, LiveValues.ProcessNames },
        Validators = { result => Refuse(result.Tokens.SelectMany(token => Split(token.Value)), result.AddError) },
    };

    /// <summary>The process that a word names.</summary>
    /// <exception cref="CommandFailure">None has that name, or several have it.</exception>
    public int OneOf(string word)
    {
        if (PidReader.TryRead(word, out int pid))
        {
            return pid;
        }

        List<ProcessIdentity> named = Named(word);
        return named.Count == 1 ? named[0].Pid : throw new CommandFailure(
            ExitCode.Usage,
            $"{named.Count} processes are named '{Printable.Of(word)}': {List(named)}",
            "give the number of one");
    }

    /// <summary>All processes that words name, each once.</summary>
    /// <exception cref="CommandFailure">None has one of the names.</exception>
    public IReadOnlyList<int> AllOf(IEnumerable<string> words) =>
    [
        .. words.SelectMany(Split)
            .SelectMany(word => PidReader.TryRead(word, out int pid) ? [pid] : Named(word).Select(process => process.Pid))
            .Distinct(),
    ];

    // Commas separate numbers; in a name they are letters.
    private static string[] Split(string word) =>
        word.All(letter => char.IsAsciiDigit(letter) || s_separators.Contains(letter))
            ? word.Split(s_separators, StringSplitOptions.RemoveEmptyEntries)
            : [word];

    private static void Refuse(IEnumerable<string> words, Action<string> addError)
    {
        foreach (string word in words)
        {
            if (word.Length == 0 || word[0] == '-' || (word.All(char.IsAsciiDigit) && !PidReader.TryRead(word, out _)))
            {
                addError(PidReader.ProblemWith(word));
            }
        }
    }

    private List<ProcessIdentity> Named(string name)
    {
        List<ProcessIdentity> named = [];
        foreach (int pid in reader.Pids().Where(pid => pid != Environment.ProcessId))
        {
            if (reader.Read(pid) is { } process && IsNamed(process, name))
            {
                named.Add(process);
            }
        }

        return named.Count > 0 ? named : throw new CommandFailure(
            ExitCode.NoSuchProcess, $"no process is named '{Printable.Of(name)}'", "ps -e lists numbers and names");
    }

    private static bool IsNamed(ProcessIdentity process, string name) =>
        process.Comm == name
            || Path.GetFileName(process.Executable) == name
            || Path.GetFileName(process.Command?.Split(' ')[0]) == name;

    private static string List(List<ProcessIdentity> named)
    {
        IEnumerable<string> first = named.Take(Listed).Select(
            process => string.Create(CultureInfo.InvariantCulture, $"{process.Pid} ({Cut(process.Command ?? process.Comm ?? "")})"));
        return string.Join(", ", first) + (named.Count > Listed ? $" and {named.Count - Listed} more" : "");
    }

    private static string Cut(string text) => Printable.Of(text.Length > ListedWidth ? text[..ListedWidth] + "…" : text);
}
