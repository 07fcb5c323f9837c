namespace Terrace.Core.Layout;

/// <summary>A block of pages that a plan puts on one node as a whole: how hot it is and where it lies.</summary>
public sealed record HeatBlock
{
    /// <summary>Its pages, in memory or not.</summary>
    public required PageSpan Span { get; init; }

    /// <summary>Pages in memory.</summary>
    public long InUsePages { get; init; }

    /// <summary>Sum over its pages of the scans that saw them accessed.</summary>
    public long Heat { get; init; }

    /// <summary>The part of <see cref="Heat"/> that is of pages on nodes of the top tier.</summary>
    public long FastHeat { get; init; }

    /// <summary>Pages on nodes of the top tier.</summary>
    public long FastPages { get; init; }

    /// <summary>The node that it is put on if it is to be fast.</summary>
    public required int FastNode { get; init; }

    /// <summary>The node that it is put on if not.</summary>
    public required int SlowNode { get; init; }

    /// <summary>Pages that are on <see cref="FastNode"/>.</summary>
    public long OnFastNode { get; init; }

    /// <summary>Pages that are on <see cref="SlowNode"/>.</summary>
    public long OnSlowNode { get; init; }
}
