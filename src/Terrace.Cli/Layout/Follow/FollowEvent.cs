using Terrace.Host.Guests;

namespace Terrace.Cli.Layout.Follow;

/// <summary>What <c>terrace layout follow --json</c> writes for each generation, and when the host falls silent or comes back.</summary>
internal sealed record FollowEvent
{
    /// <summary>The host told a layout, or confirms again what it told.</summary>
    public const string Layout = "layout";

    /// <summary>The host has not confirmed the layout for a while.</summary>
    public const string Lost = "lost";

    /// <summary>One of the two above.</summary>
    public required string Event { get; init; }

    public long Epoch { get; init; }

    public long Generation { get; init; }

    /// <summary>Bytes that are on another host node than before; absent for the first layout.</summary>
    public ulong? ChangedBytes { get; init; }

    public int Ranges { get; init; }

    public ulong BlockBytes { get; init; }

    public ulong InUseBytes { get; init; }

    public ulong ElsewhereBytes { get; init; }

    /// <summary>Host nodes with memory of this guest on them.</summary>
    public IReadOnlyList<FollowedNode> Nodes { get; init; } = [];
}
