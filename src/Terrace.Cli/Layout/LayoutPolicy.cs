namespace Terrace.Cli.Layout;

/// <summary>The memory policy (mbind(2)) of a run of pages before a layout was changed.</summary>
/// <param name="Start">First page.</param>
/// <param name="End">One past the last page.</param>
/// <param name="Mode">The kernel's number of the mode, with its flags.</param>
/// <param name="Nodes">The nodes it names.</param>
internal sealed record LayoutPolicy(ulong Start, ulong End, int Mode, IReadOnlyList<int> Nodes);
