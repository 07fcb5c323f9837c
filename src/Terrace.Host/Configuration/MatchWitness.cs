using Terrace.Linux.Guests;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>
/// Looks for a process that could be all that a match asks for, where one fact of a process makes another: its control group says
/// its unit, container and pod, its user's name says the number, and only programs of QEMU have a virtual machine.
/// </summary>
internal static class MatchWitness
{
    private static readonly MatchKey[] s_ofGroup = [MatchKey.Cgroup, MatchKey.Unit, MatchKey.Container, MatchKey.Pod];
    private static readonly MatchKey[] s_ofUser = [MatchKey.User, MatchKey.Uid];
    private static readonly MatchKey[] s_ofProgram = [MatchKey.Executable, MatchKey.Vm];

    /// <summary>The keys whose conditions exclude each other; none when there may be a process, or it cannot be known.</summary>
    public static IReadOnlyList<MatchKey> Contradiction(RuleMatch match, HostFacts host)
    {
        foreach (
            (MatchKey[] keys, MatchKey named, Func<string, ProcessIdentity?> make) in
            new (MatchKey[] Keys, MatchKey Named, Func<string, ProcessIdentity?> Make)[]
            {
                (s_ofGroup, MatchKey.Cgroup, OfGroup), (s_ofUser, MatchKey.User, host.UserOf), (s_ofUser, MatchKey.Uid, host.UserOf),
                (s_ofProgram, MatchKey.Executable, OfProgram),
            })
        {
            MatchKey[] said = [.. match.Required.Concat(match.Refused).Select(one => one.Key).Where(keys.Contains).Distinct()];
            if (said.Length < 2 || match.Required.FirstOrDefault(one => one.Key == named) is not { } naming)
            {
                continue;
            }

            // A range of numbers has too many users to look at each: UserOf knows none of that name.
            ProcessIdentity?[] processes = [.. naming.Patterns.Select(PatternCover.Prepare)
                .Select(prepared => PatternCover.IsExact(prepared) ? make(prepared) : null)];
            if (Array.TrueForAll(processes, process => process is not null && !Holds(match, keys, process)))
            {
                return said;
            }
        }

        return [];
    }

    private static bool Holds(RuleMatch match, MatchKey[] keys, ProcessIdentity process) =>
        match.Required.Where(one => keys.Contains(one.Key)).All(one => one.Holds(process))
        && !match.Refused.Any(one => keys.Contains(one.Key) && one.Holds(process));

    private static ProcessIdentity OfGroup(string path) => new()
    {
        Cgroup = path,
        Unit = ControlGroupPath.UnitOf(path),
        Container = ControlGroupPath.ContainerOf(path),
        Pod = ControlGroupPath.PodOf(path),
    };

    // Of QEMU's the name of the guest cannot be known.
    private static ProcessIdentity? OfProgram(string path) =>
        QemuArguments.IsQemu(path) ? null : new ProcessIdentity { Executable = path };
}
