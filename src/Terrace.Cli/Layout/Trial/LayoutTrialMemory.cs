using Terrace.Simulation.Frames;

namespace Terrace.Cli.Layout.Trial;

/// <summary>
/// A node's accounts at a time: frames whose node it is, those that are free in its allocator, and those that wait in lists of
/// CPUs.
/// </summary>
internal sealed record LayoutTrialMemory(long Present, long Managed, long Free, long OnCpus)
{
    public static LayoutTrialMemory Of(NodeMemory told) => new(told.Present, told.Managed, told.Free, told.OnCpus);
}
