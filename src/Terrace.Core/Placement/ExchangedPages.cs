namespace Terrace.Core.Placement;

/// <summary>Base pages that an exchange moves.</summary>
/// <param name="Up">To above the boundary.</param>
/// <param name="Down">To below it.</param>
public readonly record struct ExchangedPages(long Up, long Down);
