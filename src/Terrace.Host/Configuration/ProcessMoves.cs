using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>Which processes would belong to other rules if one configuration took the place of another, in lines for people.</summary>
internal static class ProcessMoves
{
    private const int MostNamed = 5;
    private const string Nobody = "no rule";

    /// <summary>A line for each pair of rules that processes change between; none when all stay where they are.</summary>
    public static IReadOnlyList<string> Between(
        DaemonConfiguration before, DaemonConfiguration after, IEnumerable<ProcessIdentity> processes)
    {
        SortedDictionary<(string From, string To), List<ProcessIdentity>> moves = [];
        foreach (ProcessIdentity process in processes)
        {
            (string From, string To) move = (NameOf(before.RuleFor(process)), NameOf(after.RuleFor(process)));
            if (move.From != move.To)
            {
                if (!moves.TryGetValue(move, out List<ProcessIdentity>? members))
                {
                    moves[move] = members = [];
                }

                members.Add(process);
            }
        }

        return [.. moves.Select(move => LineOf(move.Key.From, move.Key.To, move.Value))];
    }

    // A rule that excludes is told from none: who looks for a process finds where it went.
    private static string NameOf(TargetRule? rule) => rule is null ? Nobody : rule.Exclude ? $"{rule.Name} (excludes)" : rule.Name;

    private static string LineOf(string from, string to, List<ProcessIdentity> members)
    {
        string named = string.Join(", ", members.Take(MostNamed).Select(member => $"{member.Pid} {member.Comm}".TrimEnd()));
        return $"> {(members.Count == 1 ? "1 process" : $"{members.Count} processes")}: {from} -> {to} "
            + $"({named}{(members.Count > MostNamed ? ", …" : "")})";
    }
}
