namespace Terrace.Cli.Help;

/// <summary>A part of a description.</summary>
/// <param name="Heading">The line above indented lines; null for a paragraph.</param>
/// <param name="Lines">The indented lines, or the paragraph as one line.</param>
internal sealed record TextBlock(string? Heading, IReadOnlyList<string> Lines)
{
    /// <summary>The lines are command lines, which a reader copies; elsewhere they are words and their meanings.</summary>
    public bool IsExamples => Heading is "Example:" or "Examples:";
}
