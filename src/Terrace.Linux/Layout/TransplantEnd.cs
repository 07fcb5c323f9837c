namespace Terrace.Linux.Layout;

/// <summary>How a transplant ended.</summary>
/// <param name="Outcome">Which way.</param>
/// <param name="Point">The page from which on there is still to do.</param>
/// <param name="Node">The node that was full; -1 when none was.</param>
/// <param name="What">What became of the memory; empty when nothing did.</param>
public sealed record TransplantEnd(TransplantOutcome Outcome, ulong Point, int Node = -1, string What = "");
