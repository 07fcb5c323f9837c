using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;
using Terrace.Linux.Nodes;

namespace Terrace.Cli.Run;

/// <summary>
/// Chooses the memory policy that gives a command's new pages the ratio it will be managed to. Weights of interleaving are the
/// system's, one set for all
/// processes: they are used where they fit and never changed here.
/// </summary>
internal static class AllocationPolicy
{
    /// <summary>How far the share of pages that a policy gives may be from the one that was asked for.</summary>
    public const double Tolerance = 0.03;

    private const double Exact = 0.005;

    /// <summary>The policy; null for none.</summary>
    /// <param name="allocation">What was asked for.</param>
    /// <param name="share">The fast share; interleaving needs a fraction.</param>
    /// <param name="topology">The machine's tiers.</param>
    /// <param name="weights">The system's weights; null on kernels before Linux 6.9.</param>
    /// <exception cref="CommandFailure">No policy of this system gives the ratio.</exception>
    public static MemoryPolicy? Of(Allocation allocation, FastShare share, Topology topology, IReadOnlyDictionary<int, int>? weights) =>
        allocation switch
        {
            Allocation.Interleave => Interleave(share, topology, weights),
            Allocation.Preferred => new MemoryPolicy(MemoryPolicy.MPOL_PREFERRED_MANY, topology.Tiers[0]),
            Allocation.Local => new MemoryPolicy(MemoryPolicy.MPOL_DEFAULT, []),
            _ => null,
        };

    /// <summary>The smallest weights of a fast and a slow node with which the fast nodes give the fraction.</summary>
    public static (int Fast, int Slow) WeightsFor(double fraction, int fastNodes, int slowNodes)
    {
        (int Fast, int Slow) best = (1, 1);
        double bestError = double.MaxValue;
        for (int sum = 2; sum <= 2 * InterleaveWeights.Largest; sum++)
        {
            for (int fast = Math.Max(1, sum - InterleaveWeights.Largest); fast <= Math.Min(sum - 1, InterleaveWeights.Largest); fast++)
            {
                double error = Math.Abs(((double)fastNodes * fast / ((fastNodes * fast) + (slowNodes * (sum - fast)))) - fraction);
                if (error < bestError)
                {
                    (best, bestError) = ((fast, sum - fast), error);
                }
            }

            if (bestError <= Exact)
            {
                break;
            }
        }

        return best;
    }

    private static MemoryPolicy Interleave(FastShare share, Topology topology, IReadOnlyDictionary<int, int>? weights)
    {
        if (share.Fraction is not { } wanted)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"--allocate interleave needs a share of pages, which --fast {share} is not",
                "write for example --fast 40%");
        }

        if (wanted > 1 - Tolerance)
        {
            throw new CommandFailure(
                ExitCode.Usage,
                $"--fast {share} leaves nothing to interleave",
                "use --allocate preferred, which takes slow memory when fast memory is full");
        }

        IReadOnlyList<int> fast = topology.Tiers[0];
        IReadOnlyList<int> slow = [.. topology.Tiers.Skip(1).SelectMany(tier => tier)];
        (MemoryPolicy plain, double plainShare) = Evenly(wanted, fast, slow);
        double? weightedShare = WeightedShare(fast, slow, weights);
        if (
            Math.Abs(plainShare - wanted) <= Tolerance
                && (weightedShare is null || Math.Abs(plainShare - wanted) <= Math.Abs(weightedShare.Value - wanted)))
        {
            return plain;
        }

        return weightedShare is { } given && Math.Abs(given - wanted) <= Tolerance
            ? new MemoryPolicy(MemoryPolicy.MPOL_WEIGHTED_INTERLEAVE, [.. fast, .. slow])
            : throw Unfit(share, wanted, fast, slow, weightedShare);
    }

    // Whole nodes in turn: some of the fast and some of the slow ones. Of equally good choices the one with most nodes, for bandwidth.
    private static (MemoryPolicy Policy, double Share) Evenly(double wanted, IReadOnlyList<int> fast, IReadOnlyList<int> slow)
    {
        (int Fast, int Slow) best = (fast.Count, slow.Count);
        IEnumerable<(int Fast, int Slow)> choices =
            from f in Enumerable.Range(1, fast.Count)
            from s in Enumerable.Range(1, slow.Count)
            orderby f + s descending
            select (f, s);
        foreach ((int fastCount, int slowCount) in choices)
        {
            if (Error(fastCount, slowCount) < Error(best.Fast, best.Slow) - 1e-9)
            {
                best = (fastCount, slowCount);
            }
        }

        return (
            new MemoryPolicy(MemoryPolicy.MPOL_INTERLEAVE, [.. fast.Take(best.Fast), .. slow.Take(best.Slow)]),
            (double)best.Fast / (best.Fast + best.Slow));

        double Error(int f, int s) => Math.Abs(((double)f / (f + s)) - wanted);
    }

    private static double? WeightedShare(IReadOnlyList<int> fast, IReadOnlyList<int> slow, IReadOnlyDictionary<int, int>? weights)
    {
        if (weights is null || !fast.Concat(slow).All(weights.ContainsKey))
        {
            return null;
        }

        double fastWeight = fast.Sum(node => weights[node]);
        return fastWeight / (fastWeight + slow.Sum(node => weights[node]));
    }

    private static CommandFailure Unfit(FastShare share, double wanted, IReadOnlyList<int> fast, IReadOnlyList<int> slow, double? given)
    {
        if (given is not { } now)
        {
            return new CommandFailure(
                ExitCode.Unavailable,
                $"nothing on this kernel gives new pages the ratio {share}: it has no weighted interleaving (Linux 6.9)",
                "use --allocate preferred, or leave it out: pages are brought to the ratio by moving them");
        }

        (int fastWeight, int slowWeight) = WeightsFor(wanted, fast.Count, slow.Count);
        IEnumerable<string> commands = fast.Select(node => (node, weight: fastWeight))
            .Concat(slow.Select(node => (node, weight: slowWeight)))
            .Select(set => $"echo {set.weight} > /{InterleaveWeights.Folder}/node{set.node}");
        return new CommandFailure(
            ExitCode.Unavailable,
            $"the system's interleave weights give new pages {(now * 100).ToString("0.#", CultureInfo.InvariantCulture)}% of fast "
                + $"memory, not {share}",
            $"set them, for all processes of this machine that interleave by weight: {string.Join("; ", commands)}; or leave --allocate "
                + $"out: pages are brought to the ratio by moving them");
    }
}
