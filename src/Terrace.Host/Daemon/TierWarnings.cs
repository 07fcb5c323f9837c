using Terrace.Core.Machine;

namespace Terrace.Host.Daemon;

/// <summary>Where the tiers that an operator chose and the nodes that are there do not fit, in whole sentences.</summary>
internal static class TierWarnings
{
    /// <summary>Nodes that are named and not there, then nodes that are there and not named. None where nobody chose tiers.</summary>
    public static IEnumerable<string> Of(Topology topology)
    {
        if (topology.Choice is not { } choice)
        {
            yield break;
        }

        IReadOnlyList<int> absent = choice.AbsentFrom(topology.Nodes);
        if (absent.Count > 0)
        {
            (string isNot, string taken) = absent.Count == 1
                ? ("is not there or has", "it is taken as soon as it comes")
                : ("are not there or have", "these are taken as soon as they come");
            yield return $"Tiers are to be {choice}, but {TierChoice.Named(absent)} {isNot} no memory: "
                + (topology.HasSlowTier
                    ? $"the other nodes are managed, and {taken}."
                    : "nothing is moved until there is a node of the first tier and one of another.");
        }

        IReadOnlyList<int> unnamed = choice.UnnamedOf(topology.Nodes);
        if (unnamed.Count > 0)
        {
            (string are, string their, string them) = unnamed.Count == 1 ? ("is", "its", "it") : ("are", "their", "them");
            yield return $"Tiers are to be {choice}, and {TierChoice.Named(unnamed)} with memory {are} in none of them: {their} pages are "
                + $"neither seen nor moved. Add {them} to host.tiers and reload, or to --tiers and restart.";
        }
    }
}
