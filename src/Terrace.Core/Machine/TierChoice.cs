using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Core.Machine;

/// <summary>
/// Tiers as an operator says them, for machines whose firmware does not say which node is slow: node lists from the fastest down,
/// with slashes between them, for example <c>0-1/2-3</c>.
/// </summary>
public sealed class TierChoice : IEquatable<TierChoice>
{
    /// <summary>What a choice looks like, for error messages and help.</summary>
    public const string Form = "lists of nodes from the fastest down, with / between tiers, such as 0-1/2";

    /// <summary>More than the kernel has (MAX_NUMNODES with CONFIG_NODES_SHIFT=10).</summary>
    private const int MaxNode = 1023;

    private readonly List<List<int>> _tiers;

    private TierChoice(List<List<int>> tiers) => _tiers = tiers;

    /// <summary>Node numbers of each tier, the fastest first.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Tiers => _tiers;

    /// <summary>Reads one; false with what is wrong and how to fix it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TierChoice? choice, [NotNullWhen(false)] out Problem? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        choice = null;
        List<List<int>> tiers = [];
        HashSet<int> seen = [];
        foreach (string list in text.Split('/'))
        {
            List<int> tier = [];
            foreach (string range in list.Split(','))
            {
                if (!TryRange(range.Trim(), out int first, out int last))
                {
                    problem = new Problem($"'{text}' is not a choice of tiers", $"write {Form}");
                    return false;
                }

                for (int node = first; node <= last; node++)
                {
                    if (!seen.Add(node))
                    {
                        problem = new Problem($"node {node} is named twice", "name each node in one tier");
                        return false;
                    }

                    tier.Add(node);
                }
            }

            tier.Sort();
            tiers.Add(tier);
        }

        if (tiers.Count < 2)
        {
            problem = new Problem($"'{text}' has no slow tier", "name the slow nodes after a slash, as in 0/1");
            return false;
        }

        if (tiers.Count > Tier.Max)
        {
            problem = new Problem($"{tiers.Count} tiers are too many", $"write at most {Tier.Max}");
            return false;
        }

        problem = null;
        choice = new TierChoice(tiers);
        return true;
    }

    /// <summary>Why a machine's nodes cannot be ordered so now, with how to fix it; null when they can.</summary>
    public Problem? ProblemOn(IReadOnlyList<MemoryNode> nodes)
    {
        List<int> withMemory = WithMemory(nodes);
        foreach (int named in _tiers.SelectMany(tier => tier))
        {
            if (!nodes.Any(node => node.Id == named))
            {
                return new Problem($"there is no node {named}", $"nodes with memory here: {Ranges(withMemory)}");
            }

            if (!withMemory.Contains(named))
            {
                return new Problem($"node {named} has no memory", "leave it out");
            }
        }

        IReadOnlyList<int> missing = UnnamedOf(nodes);
        return missing.Count == 0
            ? null
            : new Problem(
                $"{Named(missing)} {(missing.Count == 1 ? "is" : "are")} in no tier",
                "name every node that has memory");
    }

    /// <summary>
    /// Why a machine can never have these tiers, with how to fix it; null when it has them, or will when nodes have come or gone.
    /// </summary>
    /// <param name="nodes">Nodes that are there.</param>
    /// <param name="possible">Nodes that are there or can come (<c>/sys/devices/system/node/possible</c>).</param>
    public Problem? ProblemEverOn(IReadOnlyList<MemoryNode> nodes, IReadOnlyCollection<int> possible)
    {
        ArgumentNullException.ThrowIfNull(possible);
        List<int> withMemory = WithMemory(nodes);
        foreach (int named in _tiers.SelectMany(tier => tier))
        {
            if (!possible.Contains(named) && nodes.All(node => node.Id != named))
            {
                return new Problem(
                    $"there is no node {named}, and none can come", $"nodes with memory here: {Ranges(withMemory)}");
            }
        }

        return null;
    }

    /// <summary>Nodes that it names and that are not there, or have no memory; ascending.</summary>
    public IReadOnlyList<int> AbsentFrom(IReadOnlyList<MemoryNode> nodes) =>
        [.. _tiers.SelectMany(tier => tier).Except(WithMemory(nodes)).Order()];

    /// <summary>Nodes that have memory and that it does not name, ascending: their pages are neither seen nor moved.</summary>
    public IReadOnlyList<int> UnnamedOf(IReadOnlyList<MemoryNode> nodes) => [.. WithMemory(nodes).Except(_tiers.SelectMany(tier => tier))];

    /// <summary>
    /// Its tiers of the nodes that are there now and have memory; tiers of none are left out. While no node of the fastest is there all
    /// others are one tier, so that nothing moves: a share of that tier says nothing of the next one. Without any named node all nodes are.
    /// </summary>
    internal IReadOnlyList<IReadOnlyList<int>> Of(IReadOnlyList<MemoryNode> nodes)
    {
        List<int> withMemory = WithMemory(nodes);
        List<IReadOnlyList<int>> all = [.. _tiers.Select(tier => (IReadOnlyList<int>)[.. tier.Where(withMemory.Contains)])];
        return all.All(tier => tier.Count == 0) ? [withMemory]
            : all[0].Count == 0 ? [[.. all.SelectMany(tier => tier).Order()]]
            : [.. all.Where(tier => tier.Count > 0)];
    }

    /// <summary>Nodes in a sentence: <c>node 2</c>, <c>nodes 2-3,5</c>.</summary>
    /// <param name="nodes">Their numbers, ascending.</param>
    public static string Named(IReadOnlyList<int> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return $"{(nodes.Count == 1 ? "node" : "nodes")} {Ranges(nodes)}";
    }

    /// <inheritdoc/>
    public bool Equals(TierChoice? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TierChoice);

    /// <inheritdoc/>
    public override int GetHashCode() => _tiers.Sum(tier => tier.Count) * _tiers.Count;

    /// <summary>The choice as it is written.</summary>
    public override string ToString() => string.Join('/', _tiers.Select(Ranges));

    private static List<int> WithMemory(IReadOnlyList<MemoryNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return [.. nodes.Where(node => node.CapacityBytes > 0).Select(node => node.Id).Order()];
    }

    private static bool TryRange(string text, out int first, out int last)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        last = 0;
        return TryNode(dash < 0 ? text : text[..dash], out first)
            && TryNode(dash < 0 ? text : text[(dash + 1)..], out last)
            && first <= last;
    }

    private static bool TryNode(string text, out int node) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out node) && node <= MaxNode;

    /// <summary>Ascending numbers with runs joined: <c>0-3,6</c>.</summary>
    private static string Ranges(IReadOnlyList<int> numbers)
    {
        List<string> parts = [];
        for (int i = 0; i < numbers.Count;)
        {
            int last = i;
            while (last + 1 < numbers.Count && numbers[last + 1] == numbers[last] + 1)
            {
                last++;
            }

            parts.Add(
                last == i
                    ? numbers[i].ToString(CultureInfo.InvariantCulture)
                    : string.Create(CultureInfo.InvariantCulture, $"{numbers[i]}-{numbers[last]}"));
            i = last + 1;
        }

        return string.Join(',', parts);
    }
}
