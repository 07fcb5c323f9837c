using System.IO.Enumeration;
using Terrace.Cli.Topologies;
using Terrace.Linux.ControlGroups;

namespace Terrace.Cli.Tiers;

/// <summary>Which groups are to be kept to the fast nodes, and which are to get back what they had. Decides; touches nothing.</summary>
/// <param name="Changes">Groups to set.</param>
/// <param name="Left">Groups that stay as they are, and why.</param>
internal sealed record IsolationPlan(IReadOnlyList<IsolationChange> Changes, IReadOnlyList<IsolationSkip> Left)
{
    public const string Excepted = "left out by --except";
    public const string Already = "already kept to fast nodes";

    /// <summary>Keeps groups to the fast nodes.</summary>
    /// <param name="groups">All top-level groups.</param>
    /// <param name="fast">Nodes of the top tier.</param>
    /// <param name="except">Patterns of groups that are left out.</param>
    public static IsolationPlan ToIsolate(IReadOnlyList<CpusetGroup> groups, IReadOnlyList<int> fast, IReadOnlyList<string> except)
    {
        List<IsolationChange> changes = [];
        List<IsolationSkip> left = [];
        foreach (CpusetGroup group in groups)
        {
            if (except.Any(pattern => Matches(pattern, group)))
            {
                left.Add(new IsolationSkip(group.Name, Excepted));
                continue;
            }

            // An explicit choice is kept as far as it is one of fast nodes; one of slow nodes only is respected.
            List<int> nodes = group.Nodes.Count == 0 ? [.. fast] : [.. group.Nodes.Intersect(fast)];
            if (nodes.Count == 0)
            {
                left.Add(new IsolationSkip(group.Name, $"was given nodes {group.Mems} on purpose"));
            }
            else if (nodes.Count == group.Nodes.Count)
            {
                left.Add(new IsolationSkip(group.Name, Already));
            }
            else
            {
                changes.Add(
                    new IsolationChange(
                        group.Name,
                        group.Mems ?? "",
                        TopologyText.Ranges(nodes),
                        group.BytesByNode?.Where(node => !nodes.Contains(node.Key)).Sum(node => node.Value)));
            }
        }

        return new IsolationPlan(changes, left);
    }

    /// <summary>Gives groups back what they had.</summary>
    public static IsolationPlan ToUndo(IReadOnlyList<CpusetGroup> groups, IsolationRecord record)
    {
        List<IsolationChange> changes = [];
        List<IsolationSkip> left = [];
        foreach (IsolationEntry entry in record.Groups)
        {
            CpusetGroup? group = groups.FirstOrDefault(group => group.Name == entry.Group);
            if (group?.Mems is null)
            {
                left.Add(new IsolationSkip(entry.Group, "is gone"));
            }
            else if (group.Mems == entry.Before)
            {
                left.Add(new IsolationSkip(entry.Group, "already restored"));
            }
            else if (group.Mems != entry.Set)
            {
                left.Add(
                    new IsolationSkip(
                        entry.Group, $"was set to {(group.Mems.Length == 0 ? "all nodes" : group.Mems)} by somebody else since"));
            }
            else
            {
                changes.Add(new IsolationChange(entry.Group, group.Mems, entry.Before, 0));
            }
        }

        return new IsolationPlan(changes, left);
    }

    /// <summary>The record to be written before the changes: what groups had before an earlier one stays recorded.</summary>
    public IsolationRecord Record(IsolationRecord? earlier, IReadOnlyList<int> fast, bool switchesOn)
    {
        IReadOnlyList<IsolationEntry> known = earlier?.Groups ?? [];
        return new IsolationRecord
        {
            FastNodes = TopologyText.Ranges(fast),
            SwitchedOn = switchesOn || earlier is { SwitchedOn: true },
            Groups =
            [
                .. known.Select(
                    entry => entry with { Set = Changes.FirstOrDefault(change => change.Group == entry.Group)?.Set ?? entry.Set }),
                .. Changes.Where(change => known.All(entry => entry.Group != change.Group))
                    .Select(change => new IsolationEntry(change.Group, change.Before, change.Set)),
            ],
        };
    }

    /// <summary>True when a pattern (* and ?) names the group.</summary>
    public static bool Matches(string pattern, CpusetGroup group) =>
        FileSystemName.MatchesSimpleExpression(pattern, group.Name, ignoreCase: false);
}
