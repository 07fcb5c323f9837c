namespace Terrace.Cli.Terminal;

/// <summary>Where colour is used.</summary>
internal enum ColourUse
{
    /// <summary>Nowhere.</summary>
    Never,

    /// <summary>On terminals only.</summary>
    OnTerminals,

    /// <summary>Everywhere, so in pipes too.</summary>
    Everywhere,
}
