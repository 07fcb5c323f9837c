namespace Terrace.Cli.Tiers;

/// <summary>One group of an isolation.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Before">Its cpuset.mems before; empty for what its parent has.</param>
/// <param name="Set">What it was set to.</param>
internal sealed record IsolationEntry(string Group, string Before, string Set);
