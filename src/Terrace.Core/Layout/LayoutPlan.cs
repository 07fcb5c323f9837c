namespace Terrace.Core.Layout;

/// <summary>A layout that is proposed, and what it would do. Heat is the sum over pages of the scans that saw them accessed.</summary>
public sealed record LayoutPlan
{
    /// <summary>The proposal; it says of every page of the memory where it is to be.</summary>
    public required MemoryLayout Layout { get; init; }

    /// <summary>Pages, in memory or not, that it puts on nodes of the top tier.</summary>
    public required long FastPages { get; init; }

    /// <summary>Pages that would move to nodes of the top tier.</summary>
    public required long UpPages { get; init; }

    /// <summary>Pages that would move to slower nodes.</summary>
    public required long DownPages { get; init; }

    /// <summary>Heat of all pages.</summary>
    public required long Heat { get; init; }

    /// <summary>Heat of the pages that are on nodes of the top tier now.</summary>
    public required long HeatNow { get; init; }

    /// <summary>Heat of those that would be.</summary>
    public required long HeatThen { get; init; }
}
