namespace Terrace.Core.Machine;

/// <summary>A node on whose CPUs a process runs.</summary>
/// <param name="Node">The node.</param>
/// <param name="Weight">How much it runs there, in any unit; above 0.</param>
public readonly record struct HomeNode(int Node, long Weight);
