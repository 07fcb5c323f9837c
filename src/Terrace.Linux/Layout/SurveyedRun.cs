namespace Terrace.Linux.Layout;

/// <summary>Takes where a run of pages is.</summary>
/// <param name="first">Number of the first page.</param>
/// <param name="nodes">The node of each; -1 for one that is not in memory.</param>
public delegate void SurveyedRun(ulong first, ReadOnlySpan<int> nodes);
