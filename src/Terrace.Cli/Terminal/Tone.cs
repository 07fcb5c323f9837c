namespace Terrace.Cli.Terminal;

/// <summary>What a piece of text is, for its colour. The text says it too: colour is never all there is.</summary>
internal enum Tone
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>A heading of a table.</summary>
    Heading,

    /// <summary>All is well.</summary>
    Good,

    /// <summary>It could be better.</summary>
    Warning,

    /// <summary>It is in the way.</summary>
    Bad,

    /// <summary>Memory of the fastest tier.</summary>
    Tier0,

    /// <summary>Memory of the second tier.</summary>
    Tier1,

    /// <summary>Memory of the third tier.</summary>
    Tier2,

    /// <summary>Memory of any tier below.</summary>
    Tier3,
}
