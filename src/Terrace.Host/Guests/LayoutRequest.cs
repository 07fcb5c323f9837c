namespace Terrace.Host.Guests;

/// <summary>
/// One line that a guest sends to its host: it asks to be told, once, as soon as the layout is another than the one that it has.
/// </summary>
internal sealed record LayoutRequest
{
    public int Version { get; init; }

    /// <summary>
    /// What the answer repeats, so that what was sent to somebody before is recognised: 1 to 64 letters, digits and hyphens.
    /// </summary>
    public string Ask { get; init; } = "";

    /// <summary>Epoch of the layout that it has; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>Generation of the layout that it has; 0 for none.</summary>
    public long Have { get; init; }
}
