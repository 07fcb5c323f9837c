using System.Globalization;
using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Simulation.Frames;

namespace Terrace.Cli.Layout.Trial;

/// <summary>Writes a <see cref="LayoutTrialReport"/> for people.</summary>
internal static class LayoutTrialText
{
    private static readonly string[] s_means =
    [
        "in place",
        $"hotplug, blocks of {Size(LayoutMeans.HotplugBlockFrames)}",
        "copying elsewhere",
    ];

    public static void Write(TextOutput output, LayoutTrialReport report)
    {
        output.WriteText($"{Size(report.Frames)} of page frames, {Size(report.InUse)} in use");
        output.WriteText(
            $"committed in {Milliseconds(report.CommitMs)}, at most {Size(report.LongestSlice)} at once; every frame counted before, "
                + $"after, and when all was freed: all accounts agree");
        output.WriteLine();
        TextTable nodes = new("node", "at boot", "after the commit", "of it free", "when all is freed");
        foreach (LayoutTrialNode node in report.Nodes)
        {
            nodes.Add(
                node.Node.ToString(CultureInfo.InvariantCulture),
                Size(node.Before.Present),
                Size(node.After.Present),
                Size(node.After.Free + node.After.OnCpus),
                Size(node.Freed.Present));
        }

        output.Write(nodes);
        output.WriteLine();
        TextTable means = new("the same layout by", "right at once", "when freed", "never", "copied");
        for (int i = 0; i < report.Means.Count; i++)
        {
            LayoutTrialMeans one = report.Means[i];
            means.Add(s_means[i], Size(one.AtOnce), Size(one.WhenFreed), Size(one.Never), Size(one.Copied));
        }

        output.Write(means);
    }

    private static string Milliseconds(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + " ms";

    private static string Size(long frames) => ByteSize.Format(frames * Chunk.PageBytes);
}
