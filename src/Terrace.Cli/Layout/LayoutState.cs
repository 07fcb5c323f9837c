namespace Terrace.Cli.Layout;

/// <summary>
/// What is known of the layout of one memory; lives in /run like the memory itself. Layouts are in the form of
/// <see cref="LayoutRanges"/>.
/// </summary>
internal sealed record LayoutState
{
    /// <summary>The only version of the format so far.</summary>
    public const int ThisVersion = 1;

    public int Version { get; init; } = ThisVersion;

    /// <summary>The memory, for people.</summary>
    public required string Memory { get; init; }

    /// <summary>Pages are numbered by guest-physical address, not by their place in the file.</summary>
    public required bool IsGuest { get; init; }

    /// <summary>Pages of the memory.</summary>
    public required ulong Pages { get; init; }

    /// <summary>One of <see cref="LayoutPhase"/>.</summary>
    public required string Phase { get; init; }

    /// <summary>What was asked for, for people.</summary>
    public required string Command { get; init; }

    /// <summary>The layout that is wanted, or in force.</summary>
    public required string To { get; init; }

    /// <summary>The layout in force before.</summary>
    public string Before { get; init; } = "";

    /// <summary>Where the pages in use were before; null when that is too scattered to be remembered.</summary>
    public string? Origin { get; init; }

    /// <summary>The memory policies before.</summary>
    public IReadOnlyList<LayoutPolicy> Policies { get; init; } = [];
}
