namespace Terrace.Cli.Doctor.Checks;

/// <summary>User 0 of the host itself.</summary>
internal sealed class RootCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        bool initial = IsInitialNamespace(host.Files.ReadText("proc/self/uid_map"));
        return new CheckResult
        {
            Group = CheckGroups.Rights,
            Name = "root",
            Essential = true,
            State = host.Probes.IsRoot && initial ? CheckState.Works : CheckState.Missing,
            NeededFor = "reading and moving other processes' pages",
            Detail = !host.Probes.IsRoot ? "not root: the rest is what can be seen without root"
                : initial ? "user 0" : "user 0 of a user namespace only, which is not the host's root",
            Fix = !host.Probes.IsRoot ? "sudo terrace doctor"
                : initial ? null
                : "run it outside the container, or in one without a user namespace of its own (--userns=host)",
        };
    }

    // The initial namespace maps all numbers to themselves: user_namespaces(7).
    private static bool IsInitialNamespace(string? map) =>
        map is null || map.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries) is ["0", "0", "4294967295"];
}
