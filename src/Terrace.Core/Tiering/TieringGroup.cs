using Terrace.Core.Migration;
using Terrace.Core.Placement;
using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Tiering;

/// <summary>
/// Processes that have one claim on fast memory together: its share is of all their pages, and within it the hottest pages of all
/// of them come first.
/// </summary>
/// <param name="name">What operators call it.</param>
/// <param name="options">Cadence, rate limit and dry run of its processes where they differ from the loop's own; null for the
/// loop's own.</param>
public sealed class TieringGroup(string name, TieringOptions? options = null)
{
    private int _pulledTo;

    /// <summary>What operators call it.</summary>
    public string Name { get; } = name;

    /// <summary>Its options where they differ from the loop's own.</summary>
    public TieringOptions? Options { get; } = options;

    /// <summary>Its share of fast memory; may be set at any time and holds from the next round on.</summary>
    public FastShare Share { get; set; } = FastShare.Auto;

    /// <summary>Its rank among others; may be set at any time.</summary>
    public FastTerms Terms { get; set; } = FastTerms.Standard;

    /// <summary>While set its processes are neither scanned nor moved; they keep their place in the division of fast memory.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Fast memory that the last division gave it, pages.</summary>
    public long BudgetPages { get; internal set; }

    /// <summary>Pages of all its processes, by place and heat, as of the last division.</summary>
    internal HeatHistogram Histogram { get; } = new();

    /// <summary>The same by how often they are accessed.</summary>
    internal RateHistogram Rates { get; } = new();

    /// <summary>The division in which <see cref="Histogram"/> was last added up.</summary>
    internal long Division { get; set; }

    /// <summary>Bit mask of the fast places that its processes may use, as of that division.</summary>
    internal int UsablePlaces { get; set; }

    /// <summary>Its processes in that division.</summary>
    internal int Members { get; set; }

    /// <summary>The division in which its fast memory was last divided among them.</summary>
    internal long DivisionWithin { get; set; }

    /// <summary>Since when divisions would give it more, or less, than <see cref="BudgetPages"/>; null while they would not.</summary>
    internal long? PulledSince { get; private set; }

    /// <summary>Its own rate limit, made when its first process comes; null without one.</summary>
    internal TokenBucket? Bucket { get; set; }

    /// <summary>Notes by how many pages a division would change what it has, and from how many on that counts.</summary>
    internal void NotePull(long pages, long least, long now)
    {
        int way = Math.Abs(pages) > least ? Math.Sign(pages) : 0;
        PulledSince = way == 0 ? null : way == _pulledTo ? PulledSince ?? now : now;
        _pulledTo = way;
    }
}
