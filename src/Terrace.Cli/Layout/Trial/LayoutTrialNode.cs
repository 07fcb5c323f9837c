namespace Terrace.Cli.Layout.Trial;

/// <summary>One node of a <see cref="LayoutTrialReport"/>.</summary>
internal sealed record LayoutTrialNode(int Node, LayoutTrialMemory Before, LayoutTrialMemory After, LayoutTrialMemory Freed);
