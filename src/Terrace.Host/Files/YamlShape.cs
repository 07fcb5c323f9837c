using Terrace.Core.Units;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Terrace.Host.Files;

/// <summary>
/// What is wrong with a YAML text as a whole, found on the flat stream of events: building nodes takes a stack frame for each level,
/// and reading them follows each alias. Of repeated keys and unknown aliases the library would not say the right line.
/// </summary>
internal sealed class YamlShape
{
    private const int MaxDepth = 20;

    /// <summary>
    /// Aliases may make so much of a file at most: its size times their number, an upper bound of what each of them repeats.
    /// </summary>
    private const long MaxAliasedBytes = 16L << 20;

    private readonly string _path;
    private readonly string _text;
    private readonly List<ConfigurationProblem> _problems = [];
    // What each anchor stands for: a mapping or list with the line it begins in, or null for a value.
    private readonly Dictionary<string, Level?> _anchors = new(StringComparer.Ordinal);

    // Names of anchors on values with where they stand, until something refers to them.
    private readonly Dictionary<string, Scalar> _unused = new(StringComparer.Ordinal);

    // The keys of each mapping that is open, with their lines; null for a list.
    private readonly Stack<Level> _levels = [];
    private long _aliases;
    private int _documents;

    private YamlShape(string path, string text) => (_path, _text) = (path, text);

    /// <summary>All of them; none when nodes can be built of the <paramref name="events"/>.</summary>
    public static IReadOnlyList<ConfigurationProblem> ProblemsOf(string path, string text, out IReadOnlyList<ParsingEvent> events)
    {
        List<ParsingEvent> happened = [];
        events = happened;
        if (YamlText.ProblemOf(text) is { } unreadable)
        {
            return [new ConfigurationProblem(path, unreadable.Line, "", unreadable.Problem)];
        }

        YamlShape shape = new(path, text);
        Parser parser = new(new StringReader(text));
        try
        {
            while (parser.MoveNext())
            {
                shape.NoteWordAfterBracket(parser.Current!);
                happened.Add(parser.Current!);
                if (shape.Take(parser.Current!) is { } final)
                {
                    return [final];
                }
            }
        }
        catch (YamlException error)
        {
            shape._unused.Clear();
            (long line, Problem problem) = YamlCause.Of(text, error);
            if (!shape._problems.Exists(known => known.Line == line))
            {
                shape._problems.Add(new ConfigurationProblem(path, line, "", problem));
            }
        }

        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The library's scanner faults on some malformed texts instead of saying what is wrong: seen with brackets that are not
            // closed, and with control characters in plain scalars.
            (long line, Problem problem) = YamlBrackets.ProblemOf(text)
                ?? (happened.Count > 0 ? happened[^1].End.Line : 0,
                    new Problem("is not YAML from here on", "look for characters that do not belong in a text file"));
            string[] lines = text.Split('\n');
            problem = line > 0 && line <= lines.Length ? YamlSlip.Of(lines[line - 1].TrimEnd('\r')) ?? problem : problem;
            shape._problems.Add(new ConfigurationProblem(path, line, "", problem));
        }

        foreach (Scalar unused in shape._unused.Values)
        {
            shape.NoteSign(unused, $"YAML takes '&{unused.Anchor.Value}' for an anchor, which nothing refers to");
        }

        return shape._problems;
    }

    // "[ab]x": the library takes the rest of such a word for a key.
    private void NoteWordAfterBracket(ParsingEvent happened)
    {
        if (happened is Scalar { Style: ScalarStyle.Plain, Value.Length: > 0 } word
            && happened.Start.Index is > 0 and var start
            && start < _text.Length
            && _text[(int)start - 1] is (']' or '}')
            && _text.AsSpan((int)start).StartsWith(word.Value))
        {
            _problems.Add(
                ProblemAt(happened.Start, "has a word that begins with a bracket and is not in quotes", "put the whole word in quotes"));
        }
    }

    // What ends the look: there is too much of it.
    private ConfigurationProblem? Take(ParsingEvent happened)
    {
        NoteKey(happened);
        switch (happened)
        {
            case MappingStart or SequenceStart:
                _levels.Push(new Level(
                    happened is MappingStart ? new Dictionary<string, long>(StringComparer.Ordinal) : null, happened.Start.Line));
                break;
            case MappingEnd or SequenceEnd:
                _levels.Pop();
                break;
            case AnchorAlias alias:
                NoteAlias(alias);
                break;
            case DocumentStart when ++_documents > 1:
                return SecondDocument(happened.Start);
        }

        if (happened is NodeEvent { Tag: { IsEmpty: false, IsLocal: true } tag } tagged)
        {
            NoteTag(tagged, tag.Value);
        }

        if (happened is NodeEvent { Anchor.IsEmpty: false } named)
        {
            if (happened is Scalar value)
            {
                _unused[named.Anchor.Value] = value;
            }

            _anchors[named.Anchor.Value] = happened is MappingStart or SequenceStart ? _levels.Peek() : null;
        }

        return _levels.Count > MaxDepth ? ProblemAt(
                happened.Start, $"is nested more than {MaxDepth} levels deep", "no setting is that deep: check brackets and indentation")
            : _aliases * _text.Length > MaxAliasedBytes ? ProblemAt(
                happened.Start,
                $"repeats too much of itself: this is alias {_aliases} of a file of {_text.Length} characters",
                "use defaults, or fewer rules with wider patterns")
            : null;
    }

    // The marker stands in the line where it begins or, when it is dots, in one before it.
    private ConfigurationProblem SecondDocument(Mark start)
    {
        string[] lines = _text.Split('\n');
        for (int line = (int)Math.Min(start.Line, lines.Length); line >= 1; line--)
        {
            string marker = lines[line - 1].StartsWith("---", StringComparison.Ordinal) ? "---"
                : lines[line - 1].StartsWith("...", StringComparison.Ordinal) ? "..."
                : "";
            if (marker.Length > 0)
            {
                return new ConfigurationProblem(
                    _path,
                    line,
                    "",
                    marker == "..." ? "'...' ends the document, and more follows" : "'---' begins a second document, and a file has one",
                    $"remove the line '{marker}'");
            }
        }

        return ProblemAt(start, "begins a second document, and a file has one", "remove what follows");
    }

    private void NoteKey(ParsingEvent happened)
    {
        if (happened is not (NodeEvent or AnchorAlias) || _levels.Count == 0 || _levels.Peek() is not { Keys: { } keys } level)
        {
            return;
        }

        level.IsKeyNext = !level.IsKeyNext;
        if (!level.IsKeyNext && happened is Scalar key && !keys.TryAdd(key.Value, key.Start.Line))
        {
            _problems.Add(
                ProblemAt(
                    key.Start,
                    $"'{key.Value}' is here a second time: the first is in line {keys[key.Value]}",
                    "remove one of them, or join what they say"));
        }
    }

    private void NoteAlias(AnchorAlias alias)
    {
        _aliases++;
        string name = alias.Value.Value;
        _unused.Remove(name);
        if (!_anchors.TryGetValue(name, out Level? level))
        {
            Problem quotes = YamlSlip.NeedsQuotes("*" + name);
            string what = $"{quotes.What}: YAML looks for an anchor '&{name}', and there is none";
            _problems.Add(new ConfigurationProblem(_path, alias.Start.Line, "", quotes with { What = what }));
        }
        else if (level is not null && _levels.Contains(level))
        {
            // Nodes that contain themselves have no end.
            _problems.Add(
                ProblemAt(
                    alias.Start,
                    $"'*{name}' stands inside of what it stands for, which begins in line {level.Line}",
                    "write out what is meant"));
        }
    }

    // "user: !root": the sign and what follows it are taken for a name of a type.
    private void NoteTag(NodeEvent tagged, string tag)
    {
        if (tagged is Scalar value)
        {
            NoteSign(value, $"YAML takes '{tag}' for a tag");
        }
        else
        {
            _problems.Add(ProblemAt(tagged.Start, $"has the tag '{tag}', which means nothing here", "remove it"));
        }
    }

    // As the line has it, whatever YAML made of it.
    private void NoteSign(Scalar value, string because)
    {
        int start = (int)value.Start.Index;
        int end = Math.Clamp((int)value.End.Index, start, _text.Length);
        string written = _text[start..end].Split('\n')[0].Trim();
        Problem quotes = YamlSlip.NeedsQuotes(written.Length > 0 ? written : value.Value);
        _problems.Add(new ConfigurationProblem(_path, value.Start.Line, "", quotes with { What = $"{quotes.What}: {because}" }));
    }

    private ConfigurationProblem ProblemAt(Mark place, string what, string fix) => new(_path, place.Line, "", what, fix);

    /// <summary>A mapping or list that is open.</summary>
    private sealed class Level(Dictionary<string, long>? keys, long line)
    {
        public long Line => line;

        public Dictionary<string, long>? Keys => keys;

        public bool IsKeyNext { get; set; } = true;
    }
}
