using System.Text.Json.Serialization;

namespace Terrace.Cli.Doctor;

/// <summary>What a check found, as <c>doctor --json</c> writes it.</summary>
internal sealed record CheckResult
{
    /// <summary>What it belongs to (<see cref="CheckGroups"/>).</summary>
    public required string Group { get; init; }

    public required string Name { get; init; }

    public CheckState State { get; init; }

    /// <summary>Terrace cannot manage processes where this is missing.</summary>
    public bool Essential { get; init; }

    /// <summary>What Terrace does with it.</summary>
    public required string NeededFor { get; init; }

    /// <summary>What was found.</summary>
    public required string Detail { get; init; }

    /// <summary>The command or kernel option that fixes it; null where all is well.</summary>
    public string? Fix { get; init; }

    /// <summary>The same, under the name that it had first: deprecated.</summary>
    [JsonPropertyName("mend")]
    public string? FormerFix => Fix;
}
