using Terrace.Core.Tracking;

namespace Terrace.Core.Placement;

/// <summary>What one target wants of the fast tier.</summary>
/// <param name="Share">The share it was given.</param>
/// <param name="Histogram">Its pages by place and heat.</param>
public readonly record struct FastClaim(FastShare Share, HeatHistogram Histogram);
