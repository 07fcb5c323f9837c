namespace Terrace.Cli.Terminal;

/// <summary>A piece of a line, and what it is.</summary>
internal readonly record struct Ink(string Text, Tone Tone = Tone.Plain)
{
    /// <summary>Ordinary text.</summary>
    public static implicit operator Ink(string text) => new(text);
}
