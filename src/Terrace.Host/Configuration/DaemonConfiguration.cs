using System.Net;
using Terrace.Core.Machine;
using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Units;
using Terrace.Host.Files;
using Terrace.Linux.Kernel;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>What a configuration file says: settings of the whole host, and rules for targets.</summary>
internal sealed record DaemonConfiguration
{
    /// <summary>
    /// What governs the loop when nothing else is said: at most 3 % of one CPU over time, and the host's own work comes first.
    /// </summary>
    public static TieringOptions StandardTiering { get; } = new()
    {
        CpuLimit = 0.03,
        BackOff = new BackOffOptions(),
        MaxStall = TimeSpan.FromMilliseconds(100),
    };

    /// <summary>Cadence, headroom and CPU limit of the host, and the rate limit of all targets together.</summary>
    public TieringOptions Tiering { get; init; } = StandardTiering;

    /// <summary>The key of <see cref="Tiers"/>.</summary>
    public const string TiersKey = "tiers";

    private readonly bool _asksForCommand;

    /// <summary>How the kernel's own tiering is set while the daemon runs; null leaves it as it is.</summary>
    public KernelMode? Kernel { get; init; }

    /// <summary>Which nodes are in which tier; null for what kernel and firmware say.</summary>
    public TierChoice? Tiers { get; init; }

    /// <summary>Loopback address or Unix socket at which metrics are served; null for none.</summary>
    public EndPoint? MetricsAddress { get; init; }

    /// <summary>Group whose members may use that socket; null for root alone.</summary>
    public string? MetricsGroup { get; init; }

    /// <summary>Metrics tell names of groups that are not whole rules: control groups, processes, virtual machines.</summary>
    public bool MetricsNames { get; init; } = true;

    /// <summary>Base address of the OTLP collector that metrics are pushed to; null for none.</summary>
    public Uri? Collector { get; init; }

    /// <summary>The rules in the order of the file; the first that matches a process decides.</summary>
    public IReadOnlyList<TargetRule> Rules
    {
        get;
        init
        {
            field = value;
            PublishesLayouts = value.Any(rule => rule.PublishLayout);
            _asksForCommand = value.Any(rule => rule.Match.AsksFor(MatchKey.Command));
        }
    }

        = [];

    /// <summary>What the files say, key by key, for people.</summary>
    public ConfigurationOutline Outline { get; init; } = ConfigurationOutline.Empty;

    /// <summary>Some rule has guests told where their memory lies.</summary>
    public bool PublishesLayouts { get; private init; }

    /// <summary>
    /// True when which rule decides for a process, of which all else is known, may depend on its command line.
    /// </summary>
    public bool WantsCommand(ProcessIdentity process) => _asksForCommand || SystemProcesses.MayBeTerrace(process);

    /// <summary>Why this machine cannot have the tiers that are written there now; null when it can.</summary>
    public ConfigurationProblem? ProblemOn(Topology topology) => OfTiers(Tiers?.ProblemOn(topology.Nodes));

    /// <summary>Why it never can: a node that may still come keeps no daemon from its start. Null when it can.</summary>
    public ConfigurationProblem? ProblemEverOn(Topology topology, IReadOnlyCollection<int> possible) =>
        OfTiers(Tiers?.ProblemEverOn(topology.Nodes, possible));

    /// <summary>
    /// Why a reload is refused, where somebody is there to read it: as <see cref="ProblemOn"/>, but tiers that are in force already stay so
    /// while nodes are absent. Null when it is not.
    /// </summary>
    public ConfigurationProblem? ProblemOfReloadOn(Topology topology) =>
        Tiers?.Equals(topology.Choice) == true ? null : ProblemOn(topology);

    /// <summary>The rule that decides for a process, or null: then it is left alone.</summary>
    public TargetRule? RuleFor(ProcessIdentity process) => Rules.FirstOrDefault(rule => rule.Takes(process));

    private ConfigurationProblem? OfTiers(Problem? problem) =>
        problem is not null && Outline.Host.TryGetValue(TiersKey, out GivenValue given)
            ? new ConfigurationProblem(given.File ?? "", given.Line, $"host.{TiersKey}", problem)
            : null;
}
