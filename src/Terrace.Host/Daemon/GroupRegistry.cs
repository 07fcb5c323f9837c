using Terrace.Core.Placement;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Configuration;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// The groups of processes that have claims on fast memory, made from the rules as processes come. A group's name is what
/// operators call it: the rule's,
/// with the control group or the process after a colon where those have claims of their own.
/// </summary>
internal sealed class GroupRegistry(ShareOverrides overrides)
{
    /// <summary>As many digits of a container's identifier as docker and podman show.</summary>
    private const int ContainerDigits = 12;

    /// <summary>How the control groups of libvirt's system guests begin: machine-qemu\x2d1\x2dNAME.scope.</summary>
    private const string LibvirtGroups = "/machine.slice/machine-qemu";

    private readonly Dictionary<string, TieringGroup> _groups = new(StringComparer.Ordinal);

    // Named after a process's number, which can be another's one day: what was set for them ends with them.
    private readonly HashSet<string> _numbered = new(StringComparer.Ordinal);

    /// <summary>All groups, by name.</summary>
    public IReadOnlyDictionary<string, TieringGroup> Groups => _groups;

    /// <summary>The group that a process belongs to under a rule.</summary>
    public TieringGroup GroupOf(TargetRule rule, ProcessIdentity process, int pid, TieringOptions host)
    {
        string name = rule.Per switch
        {
            ShareScope.ControlGroup => $"{rule.Name}:{process.Cgroup ?? "/"}",
            ShareScope.Pod => $"{rule.Name}:{PodOf(process)}",
            ShareScope.Process => $"{rule.Name}:{MachineNameOf(process) ?? $"{pid}"}",
            _ => rule.Name,
        };
        if (rule.Per == ShareScope.Process && process.Vm is null)
        {
            _numbered.Add(name);
        }

        TieringOptions? options = OptionsOf(rule, host);
        if (!_groups.TryGetValue(name, out TieringGroup? group) || group.Options != options)
        {
            group = new TieringGroup(name, options) { IsPaused = group?.IsPaused ?? false };
            _groups[name] = group;
        }

        group.Share = ShareOf(name, rule);
        group.Terms = new FastTerms
        {
            MinPages = rule.MinBytes / Chunk.PageBytes,
            MaxPages = rule.MaxBytes == long.MaxValue ? long.MaxValue : rule.MaxBytes / Chunk.PageBytes,
            Weight = rule.Weight,
            Priority = rule.Priority,
            IsBestEffort = rule.BestEffort,
        };
        return group;
    }

    /// <summary>The share that holds for a group of a rule: one that was set for it, or for the whole rule, or the rule's own.</summary>
    public FastShare ShareOf(string group, TargetRule rule) => overrides.ShareOf(group) ?? overrides.ShareOf(rule.Name) ?? rule.Fast;

    /// <summary>Forgets a group that no process is in any more.</summary>
    public void RemoveUnless(TieringGroup group, bool used)
    {
        if (!used && _groups.TryGetValue(group.Name, out TieringGroup? known) && known == group)
        {
            Remove(group.Name);
        }
    }

    /// <summary>Forgets groups that no process is in; a pause of theirs ends with them.</summary>
    public void RemoveAllBut(IReadOnlySet<TieringGroup> used)
    {
        foreach ((string name, TieringGroup group) in _groups.ToList())
        {
            if (!used.Contains(group))
            {
                Remove(name);
            }
        }
    }

    /// <summary>
    /// What a virtual machine is called in the name of its group; null for what is none. QEMU's -name is the choice of whoever starts it:
    /// only the machines of root, and those that libvirt runs for root, go by it alone. Another's is name@user, or in a container
    /// name@container, so that it cannot be taken for theirs. The same holds for names that look like that, or like a process's number.
    /// </summary>
    internal static string? MachineNameOf(ProcessIdentity process)
    {
        if (process.Vm is not { } name)
        {
            return null;
        }

        string user = process.UserName is { } known && !known.Contains('@', StringComparison.Ordinal) ? known : process.UserId ?? "?";
        if (IsRootsMachine(process))
        {
            return name.Contains('@', StringComparison.Ordinal) || name.All(char.IsAsciiDigit) ? $"{name}@{user}" : name;
        }

        return process.Container is { } container ? $"{name}@{container[..Math.Min(container.Length, ContainerDigits)]}" : $"{name}@{user}";
    }

    // libvirt gives its guests a user of their own; systemd-machined, which asks root, names their control group.
    private static bool IsRootsMachine(ProcessIdentity process) =>
        process.Cgroup?.StartsWith(LibvirtGroups, StringComparison.Ordinal) == true
            || (process.UserId == "0" && process.Container is null && process.Pod is null);

    private void Remove(string name)
    {
        _groups.Remove(name);
        if (_numbered.Remove(name))
        {
            overrides.Forget(name);
        }
    }

    // What stays the same when the pod is made again, where the host can tell: what is set for the group then holds for its successor.
    private static string PodOf(ProcessIdentity process) =>
        process is { Namespace: { } space, PodName: { } name }
            ? $"{space}/{name}"
            : process.Pod ?? process.Container ?? process.Cgroup ?? "/";

    private static TieringOptions? OptionsOf(TargetRule rule, TieringOptions host)
    {
        if (
            rule.ScansPerRound is null
                && rule.Interval is null
                && rule.RateLimitBytesPerSecond is null
                && rule.MaxStall is null
                && rule.ShareHeat is null
                && rule.HugePages is null
                && !rule.DryRun)
        {
            return null;
        }

        (TimeSpan min, TimeSpan max) = rule.Interval ?? (host.MinInterval, host.MaxInterval);
        return host with
        {
            ScansPerRound = rule.ScansPerRound ?? host.ScansPerRound,
            MinInterval = min,
            MaxInterval = max,
            FirstInterval = host.FirstInterval < min ? min : host.FirstInterval > max ? max : host.FirstInterval,
            RateLimitBytesPerSecond = rule.RateLimitBytesPerSecond ?? host.RateLimitBytesPerSecond,
            MaxStall = rule.MaxStall ?? host.MaxStall,
            ShareHeat = rule.ShareHeat ?? host.ShareHeat,
            HugePages = rule.HugePages ?? host.HugePages,
            DryRun = rule.DryRun,
        };
    }
}
