using Terrace.Simulation.Frames;

namespace Terrace.Cli.Layout.Trial;

/// <summary>What <c>terrace layout simulate --json</c> writes. Frames are of 4 KiB.</summary>
/// <param name="Frames">Of the machine.</param>
/// <param name="InUse">Those that somebody has.</param>
/// <param name="Seed">Which of them are.</param>
/// <param name="CommitMs">How long the commit took.</param>
/// <param name="LongestSlice">Most frames that were handled while CPUs would have waited.</param>
/// <param name="Nodes">Each node before the commit, right after it, and when all that was in use has been freed.</param>
/// <param name="Means">What the layout costs by each means.</param>
internal sealed record LayoutTrialReport(
    long Frames,
    long InUse,
    int Seed,
    double CommitMs,
    int LongestSlice,
    IReadOnlyList<LayoutTrialNode> Nodes, IReadOnlyList<LayoutTrialMeans> Means)
{
    private const string InPlace = "inPlace";
    private const string Hotplug = "hotplug";
    private const string Migration = "migration";

    /// <summary>That of a trial.</summary>
    public static LayoutTrialReport Of(LayoutTrial trial, int seed)
    {
        NodeMemory at(IReadOnlyList<NodeMemory> told, int node) => told.FirstOrDefault(one => one.Node == node);
        IEnumerable<int> nodes = trial.Before.Concat(trial.After).Concat(trial.Freed).Select(one => one.Node).Distinct().Order();
        return new LayoutTrialReport(
            trial.Frames,
            trial.InUse,
            seed,
            trial.Commit.TotalMilliseconds,
            trial.LongestSlice,
            [
                .. nodes.Select(
                    node => new LayoutTrialNode(
                        node,
                        LayoutTrialMemory.Of(at(trial.Before, node)),
                        LayoutTrialMemory.Of(at(trial.After, node)),
                        LayoutTrialMemory.Of(at(trial.Freed, node)))),
            ],
            [
                LayoutTrialMeans.Of(InPlace, trial.InPlace),
                LayoutTrialMeans.Of(Hotplug, trial.Hotplug),
                LayoutTrialMeans.Of(Migration, trial.Migration),
            ]);
    }
}
