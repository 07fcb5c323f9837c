using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using Terrace.Cli.Help;
using Terrace.Host.Files;

namespace Terrace.Cli.Completion;

/// <summary>What may stand next on a command line, read off the same tree of commands that parses it.</summary>
internal static class Suggestions
{
    /// <summary>
    /// All that fits what has been typed of the word. Nothing where only a person or the file system knows: the shell then offers files.
    /// </summary>
    public static IEnumerable<string> For(RootCommand root, SuggestionRequest request)
    {
        // What follows -- is another program's.
        if (request.Words.Contains("--"))
        {
            return [];
        }

        ParseResult parsed = root.Parse([.. request.Words], new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.UnmatchedTokens.Count > 0)
        {
            return [];
        }

        return Next(parsed, parsed.CommandResult.Command, request)
            .Where(candidate => candidate.Word.StartsWith(request.Current, StringComparison.Ordinal))
            .Where(candidate => IsNextStep(candidate.Word, request.Current))
            .DistinctBy(candidate => candidate.Word)
            .OrderBy(candidate => candidate.Word, StringComparer.Ordinal)
            .Select(candidate => request.Described && candidate.Meaning is { Length: > 0 } meaning
                ? $"{candidate.Word}\t{Printable.Of(meaning)}"
                : candidate.Word);
    }

    // NAME=VALUE in two steps: values are offered when the name is there.
    private static bool IsNextStep(string word, string current) =>
        word.IndexOf('=', StringComparison.Ordinal) is var equals && (equals < 0 || equals == word.Length - 1
            ? !(equals >= 0 && word == current)
            : current.Length > equals);

    private static IEnumerable<Candidate> Next(ParseResult parsed, Command command, SuggestionRequest request)
    {
        Option[] options = [.. OptionsOf(command)];
        if (request.Words.Count > 0 && Named(options, request.Words[^1]) is { Arity.MinimumNumberOfValues: > 0 } waiting)
        {
            return Values(waiting, parsed);
        }

        if (request.Current.StartsWith('-'))
        {
            // --option=value in one word.
            int equals = request.Current.IndexOf('=', StringComparison.Ordinal);
            return equals > 0 && Named(options, request.Current[..equals]) is { } option
                ? Values(option, parsed).Select(value => value with { Word = $"{request.Current[..equals]}={value.Word}" })
                : options.Where(option => parsed.GetResult(option) is not { Implicit: false } || option.Arity.MaximumNumberOfValues > 1)
                    .Select(option => new Candidate(option.Name, option.Description));
        }

        IEnumerable<Candidate> subcommands = command.Subcommands.Where(subcommand => !subcommand.Hidden)
            .Select(subcommand => new Candidate(subcommand.Name, CommandText.Of(subcommand).Summary));
        return NextArgument(parsed, command) is { } argument ? Values(argument, parsed).Concat(subcommands) : subcommands;
    }

    private static Argument? NextArgument(ParseResult parsed, Command command) =>
        command.Arguments.FirstOrDefault(
            argument => (parsed.GetResult(argument) as ArgumentResult)?.Tokens.Count is not { } given
                || given < argument.Arity.MaximumNumberOfValues);

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf).Where(option => option.Recursive))
            .Where(option => !option.Hidden);

    private static Option? Named(Option[] options, string name) =>
        Array.Find(options, option => option.Name == name || option.Aliases.Contains(name));

    private static IEnumerable<Candidate> Values(Option option, ParseResult parsed) => Labels(option.CompletionSources, parsed);

    private static IEnumerable<Candidate> Values(Argument argument, ParseResult parsed) => Labels(argument.CompletionSources, parsed);

    private static IEnumerable<Candidate> Labels(List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, ParseResult parsed)
    {
        CompletionContext context = parsed.GetCompletionContext();
        return sources.SelectMany(source => source(context)).Select(item => new Candidate(item.InsertText ?? item.Label, item.Detail));
    }

    private readonly record struct Candidate(string Word, string? Meaning);
}
