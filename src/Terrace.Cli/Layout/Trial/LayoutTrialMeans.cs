using Terrace.Simulation.Frames;

namespace Terrace.Cli.Layout.Trial;

/// <summary>
/// What the layout costs by a means: frames copied, and those that have their new node at once, when they are freed, or never.
/// </summary>
internal sealed record LayoutTrialMeans(string Means, long Copied, long AtOnce, long WhenFreed, long Never)
{
    public static LayoutTrialMeans Of(string name, LayoutMeans counted) =>
        new(name, counted.Copied, counted.AtOnce, counted.Later, counted.Never);
}
