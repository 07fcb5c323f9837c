using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

/// <summary>
/// A C# file as text. Comments and strings are blanked in <see cref="Code"/>, so that words in them are not taken for code.
/// </summary>
internal sealed partial class SourceFile(string path, string text)
{
    public string Path { get; } = path;

    public string Text { get; } = text;

    /// <summary>The text with comments and the contents of strings replaced by spaces; offsets and lines stay.</summary>
    public string Code { get; } = CommentOrString().Replace(text, match => Blank(match.Value));

    /// <summary>Comments and strings, one after the other.</summary>
    public string Prose { get; } = string.Join('\n', CommentOrString().Matches(text).Select(match => match.Value));

    public int Lines { get; } = text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    public string Namespace { get; } = NamespaceLine().Match(text).Groups[1].Value;

    /// <summary>Identifiers in the code.</summary>
    public IEnumerable<string> Identifiers() => Identifier().Matches(Code).Select(match => match.Value);

    /// <summary>
    /// Names of the types that the file declares at its top level, with whether each is public, and its kind (class, enum …).
    /// </summary>
    public IEnumerable<(string Name, bool IsPublic, string Kind)> TopLevelTypes() =>
        TypeDeclaration()
            .Matches(Code)
            .Select(
                match => (
                    match.Groups["name"].Value,
                    match.Groups["modifiers"].Value.Contains("public", StringComparison.Ordinal),
                    match.Groups["kind"].Value.Split(' ')[^1]));

    private static string Blank(string value) => NotNewLine().Replace(value, " ");

    [GeneratedRegex(@"[^\n]")]
    private static partial Regex NotNewLine();

    // Raw strings, then block and line comments, verbatim strings, plain strings, characters.
    [
        GeneratedRegex(
            "\"\"\"+.*?\"\"\"+|/\\*.*?\\*/|//[^\\n]*|\\$?@\\$?\"(?:[^\"]|\"\")*\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'",
            RegexOptions.Singleline),
    ]
    private static partial Regex CommentOrString();

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Identifier();

    // File-scoped namespaces: a top-level declaration starts at the first column.
    [
        GeneratedRegex(
            @"^(?<modifiers>(?:(?:public|internal|file|static|sealed|abstract|readonly|ref|unsafe|partial)\s+)*)"
            + @"(?<kind>class|struct|interface|enum|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?]+)\s+(?<name>\w+)",
            RegexOptions.Multiline),
    ]
    private static partial Regex TypeDeclaration();
}
