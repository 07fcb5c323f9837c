using Terrace.Core.Tracking;
using Terrace.Core.Units;

namespace Terrace.Core.Placement;

/// <summary>What one target wants of the fast tier.</summary>
/// <param name="Share">The share it was given.</param>
/// <param name="Rates">Its pages by how often they are accessed.</param>
/// <param name="Terms">Its rank among others; null for the default.</param>
/// <param name="MostPages">What the nodes that it may use can give it, whatever it wants.</param>
public readonly record struct FastClaim(
    FastShare Share, RateHistogram Rates, FastTerms? Terms = null, long MostPages = long.MaxValue)
{
    /// <summary>Its rank among others.</summary>
    public FastTerms Rank => Terms ?? FastTerms.Standard;

    /// <summary>All its pages.</summary>
    public long Pages => Rates.Pages;

    /// <summary>The most that it may have.</summary>
    public long Limit => Math.Min(Math.Min(Pages, MostPages), Math.Max(0, Rank.MaxPages));

    /// <summary>What it has a use for: its share, or when that is automatic its pages that are not cold.</summary>
    public long Usable => Math.Min(Limit, Share.PagesOf(Pages) ?? Pages - Rates.ColdPages);
}
