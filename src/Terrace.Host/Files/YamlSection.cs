using Terrace.Core.Units;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>
/// One mapping of a YAML file: typed access to its keys, which turns everything wrong into a <see cref="ConfigurationProblem"/>
/// with its line, and
/// knows in the end which keys nobody asked for.
/// </summary>
internal sealed class YamlSection
{
    private const string DefaultPage = "docs/configuration.md";

    private readonly string _file;
    private readonly string _page;
    private readonly List<ConfigurationProblem> _problems;
    private readonly Dictionary<string, YamlNode> _values = [];
    private readonly Dictionary<string, long> _lines = [];
    private readonly List<string> _asked = [];
    private readonly bool _inBrackets;

    /// <summary>
    /// Opens a node; anything but a mapping is a problem and reads as empty. <paramref name="page"/> is the page of the docs that
    /// lists the keys.
    /// </summary>
    public YamlSection(string file, string path, YamlNode node, List<ConfigurationProblem> problems, string page = DefaultPage)
    {
        _file = file;
        _page = page;
        Path = path;
        Line = node.Start.Line;
        _problems = problems;
        if (node is not YamlMappingNode mapping)
        {
            // An empty section ("host:" with nothing below) is null.
            if (!YamlNull.Is(node))
            {
                Report(Line, "", NotASection(node));
            }

            return;
        }

        _inBrackets = mapping.Style == YamlDotNet.Core.Events.MappingStyle.Flow;
        foreach ((YamlNode key, YamlNode value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } name })
            {
                _values[name] = value;
                _lines[name] = key.Start.Line;
            }
            else
            {
                Report(key.Start.Line, "", "has a key that is not a word", $"use the keys that {page} lists");
            }
        }
    }

    /// <summary>Path of the section in the file; empty for the file itself.</summary>
    public string Path { get; }

    /// <summary>Line at which it begins.</summary>
    public long Line { get; }

    /// <summary>True when it has no keys.</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>True when the key is there; from now on it counts as asked for.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>True when the key is there, without asking for it.</summary>
    public bool Mentions(string key) => _values.ContainsKey(key);

    /// <summary>True when the key has one value, not a list or a section.</summary>
    public bool IsText(string key) => Find(key) is YamlScalarNode node && !YamlNull.Is(node);

    /// <summary>Line of a key, or of the section when it is absent.</summary>
    public long LineOf(string key) => _lines.TryGetValue(key, out long line) ? line : Line;

    /// <summary>A value as <paramref name="reader"/> reads it; <paramref name="fallback"/> when it is absent or wrong.</summary>
    public T Read<T>(string key, T fallback, TextReaderOf<T> reader)
    {
        if (TextOf(key, isWord: false) is not { } text)
        {
            return fallback;
        }

        if (reader(text, out T value, out Problem? problem))
        {
            return value;
        }

        Report(key, problem!);
        return fallback;
    }

    /// <summary>A text; null when it is absent.</summary>
    public string? Text(string key) => TextOf(key, isWord: true);

    /// <summary>A text that must be there: to leave it out is no way out. Null when it is absent or wrong.</summary>
    public string? RequiredText(string key) => TextOf(key, isWord: true, isRequired: true);

    /// <summary>True when YAML takes the value for a number or a truth value, which quotes would make a text.</summary>
    public bool IsOtherThanText(string key) => Find(key) is YamlScalarNode node && YamlPlain.IsOtherThanText(node);

    /// <summary>A list of words, or one that stands alone; empty when it is absent or wrong.</summary>
    public IReadOnlyList<string> Words(string key, string example = "[0, 1]")
    {
        if (Find(key) is YamlMappingNode { Children.Count: > 0 } braces && braces.Children.All(one => YamlNull.Is(one.Value)))
        {
            string words = string.Join(", ", braces.Children.Select(one => YamlFlow.Of(one.Key)));
            Report(LineOf(key), key, "has braces, which make a section", $"write a list: [{words}]");
            return [];
        }

        if (Find(key) is not YamlSequenceNode list)
        {
            return Text(key) is { } alone ? [alone] : [];
        }

        List<string> read = [];
        foreach (YamlNode entry in list.Children)
        {
            if (entry is not YamlScalarNode { Value: { Length: > 0 } word })
            {
                Report(entry.Start.Line, key, "has an entry that is not a word", $"write for example {example}");
                return [];
            }

            if (YamlNull.Is(entry))
            {
                Report(entry.Start.Line, key, NullFor(key, word, isWord: true));
                return [];
            }

            read.Add(word);
        }

        if (read.Count == 0)
        {
            Report(LineOf(key), key, "is an empty list", $"write for example {example}");
        }

        return read;
    }

    /// <summary>A section below this one; null when it is absent, or is no section, which is then reported.</summary>
    public YamlSection? Section(string key) => Find(key) is { } node ? Open(node, key) : null;

    /// <summary>The sections of a list; none when it is absent. An entry that is no section is reported and left out.</summary>
    public IEnumerable<YamlSection> Sections(string key)
    {
        switch (Find(key))
        {
            case YamlSequenceNode list:
                return [.. list.Children.Select((node, index) => OpenEntry(node, $"{key}[{index}]")).OfType<YamlSection>()];
            case null:
            case { } node when YamlNull.Is(node):
                return [];
            default:
                Report(LineOf(key), key, "is not a list", "begin each entry with '- '");
                return [];
        }
    }

    /// <summary>Reports something wrong with a key of this section.</summary>
    public void Report(string key, string what, string fix) => Report(key, new Problem(what, fix));

    /// <summary>Reports what a reader found wrong with a key of this section.</summary>
    public void Report(string key, Problem problem) => Report(LineOf(key), key, problem);

    /// <summary>The keys that are there, as they are written, on one line each; those of a section below each for itself.</summary>
    public IEnumerable<(string Key, string Text, long Line)> Given()
    {
        foreach ((string key, YamlNode value) in _values)
        {
            // What match and areas say belongs together.
            if (value is YamlMappingNode mapping && key == YamlKeys.Divided)
            {
                foreach ((YamlNode inner, YamlNode node) in mapping.Children)
                {
                    yield return ($"{key}.{inner}", YamlFlow.Of(node), inner.Start.Line);
                }
            }
            else
            {
                yield return (key, YamlFlow.Of(value), _lines[key]);
            }
        }
    }

    /// <summary>True when some unknown key seems to be this one, mistyped. Call it when all are read.</summary>
    public bool MayMean(string key) => _values.Keys.Any(other => !_asked.Contains(other) && NearestOf(other) == key);

    /// <summary>Reports every key that was not asked for. Call it when all are read.</summary>
    public void RefuseOthers()
    {
        foreach (string key in _values.Keys.Where(key => !_asked.Contains(key)))
        {
            if (key.Length == 0)
            {
                Report(LineOf(key), "", "has an empty key", "write a key before the colon, or remove it");
                continue;
            }

            YamlNode value = _values[key];
            string text = YamlNull.Is(value) ? "" : value is YamlScalarNode { Value: { } word } ? word : YamlFlow.Of(value);
            if (RunTogether.Of(key, _asked.Contains, text) is { } joined)
            {
                Report(LineOf(key), joined.Key, joined.Problem);
                continue;
            }

            string? near = NearestOf(key);
            Report(
                LineOf(key),
                key,
                key.Contains('\u00a0', StringComparison.Ordinal) ? YamlSlip.NoBreakSpace
                : near is null && text.Length == 0 && _inBrackets ? new Problem(
                    "has no value and is not known here", "write several values of one key in brackets of their own: [a, b]")
                : new Problem("is not known here", near is null ? $"there are {string.Join(", ", _asked)}" : $"did you mean '{near}'?"));
        }
    }

    private string? NearestOf(string key) =>
        RunTogether.Of(key, _asked.Contains)?.Key
        ?? NearestName.Of(key, _asked.Where(other => !YamlKeys.IsLookalike(key, other)))
        ?? (YamlKeys.MeantBy(key) is { } meant && _asked.Contains(meant) ? meant : null);

    private YamlNode? Find(string key)
    {
        if (!_asked.Contains(key))
        {
            _asked.Add(key);
        }

        return _values.GetValueOrDefault(key);
    }

    private string? TextOf(string key, bool isWord, bool isRequired = false)
    {
        if (Find(key) is not { } node)
        {
            return null;
        }

        if (node is YamlScalarNode { Value: { Length: > 0 } text } && !YamlNull.Is(node))
        {
            return text;
        }

        Report(
            LineOf(key),
            key,
            node is YamlScalarNode { Value: { Length: > 0 } word }
                ? NullFor(key, word, isWord, isRequired)
                : new Problem(
                    node is YamlScalarNode ? "has no value" : "is a list or a section where one value belongs",
                    isRequired ? $"write '{key}: VALUE'" : $"write '{key}: VALUE', or leave the line out"));
        return null;
    }

    private YamlSection? OpenEntry(YamlNode node, string key)
    {
        if (!YamlNull.Is(node))
        {
            return Open(node, key);
        }

        Report(node.Start.Line, key, "is an empty entry", "write its keys behind the dash, or remove the entry");
        return null;
    }

    private YamlSection? Open(YamlNode node, string key)
    {
        YamlSection section = new(_file, PathOf(key), node, _problems, _page);
        return node is YamlMappingNode || YamlNull.Is(node) ? section : null;
    }

    private Problem NotASection(YamlNode node) =>
        node is YamlSequenceNode ? new Problem(
                "is a list where keys belong",
                Path.Length == 0 ? "write the key whose list it is in a line before it"
                    : "write one 'key: value' to a line, without a dash before it")
            : node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text }
                && RunTogether.Of(text, word => YamlKeys.IsKnown(word) || (Path.Length == 0 && word == text)) is { } joined ? joined.Problem
            : new Problem("is not a section", "write one 'key: value' to a line, indented below it");

    // Of numbers and the like the word is never meant.
    private static Problem NullFor(string key, string word, bool isWord, bool isRequired = false) => new(
        $"'{word}' is no value: YAML takes it for nothing",
        isRequired ? $"write \"{word}\" if that word is meant, or another"
        : isWord ? $"write \"{word}\" if that word is meant, or leave it out"
        : $"write '{key}: VALUE', or leave the line out");

    private string PathOf(string key) => Path.Length == 0 ? key : key.Length == 0 ? Path : $"{Path}.{key}";

    private void Report(long line, string key, string what, string fix) => Report(line, key, new Problem(what, fix));

    private void Report(long line, string key, Problem problem) =>
        _problems.Add(new ConfigurationProblem(_file, line, PathOf(key), problem));
}
