using System.Globalization;
using Terrace.Core.Tiering;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Host.Daemon.Requests;

/// <summary>Finds the groups that a request's target names. For the loop's thread only.</summary>
internal sealed class NamedGroups(TargetRegistry targets, GroupRegistry groups)
{
    /// <summary>
    /// A group, all groups of a rule, or that of a process with a claim of its own; null with the reason when there is none.
    /// </summary>
    public List<TieringGroup>? Find(string? name, out ControlResponse? failure)
    {
        failure = null;
        if (name is not null && groups.Groups.TryGetValue(name, out TieringGroup? group))
        {
            return [group];
        }

        List<TieringGroup> ofRule = [.. targets.All.Where(target => target.Rule.Name == name).Select(target => target.Group).Distinct()];
        if (ofRule.Count > 0)
        {
            return ofRule;
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && targets.Find(pid) is { } target)
        {
            int others = targets.All.Count(other => other.Group == target.Group) - 1;
            if (others == 0)
            {
                return [target.Group];
            }

            failure = ControlResponse.Failure(
                ExitCode.Usage,
                $"process {pid} shares the claim of '{target.Group.Name}' with {others} others",
                $"name the group, or give each process its own claim with 'per: process' in rule {target.Rule.Name}");
            return null;
        }

        failure = ControlResponse.Failure(
            ExitCode.NoSuchProcess,
            $"there is no target '{DaemonRequest.Shortened(name)}'",
            "terrace targets lists all groups and processes");
        return null;
    }

    /// <summary>
    /// What answers call a target: a group or rule by its own name; a process by its group's, which outlives the request.
    /// </summary>
    public static string NameOf(string target, List<TieringGroup> named) =>
        named.Count == 1 && int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? named[0].Name : target;

    /// <summary>A process of a group; null when there is none.</summary>
    public ManagedTarget? MemberOf(TieringGroup group) => targets.All.FirstOrDefault(target => target.Group == group);
}
