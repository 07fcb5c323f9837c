using Terrace.Core.HugePages;
using Terrace.Core.Units;
using Terrace.Linux.Processes;
using Terrace.Linux.Trackers;

namespace Terrace.Host.Configuration;

/// <summary>
/// What is to be done with the processes that match. What a rule does not say, the defaults of the file say, else the daemon's
/// own.
/// </summary>
internal sealed record TargetRule
{
    public const int StandardWeight = 100;

    /// <summary>Its name, unique in the file.</summary>
    public required string Name { get; init; }

    /// <summary>The file that it is in.</summary>
    public string File { get; init; } = "";

    /// <summary>Line of the file at which it begins.</summary>
    public long Line { get; init; }

    /// <summary>Which processes.</summary>
    public required RuleMatch Match { get; init; }

    /// <summary>Leave them alone.</summary>
    public bool Exclude { get; init; }

    /// <summary>Take those processes too without which nobody could repair the host (<see cref="SystemProcesses"/>).</summary>
    public bool IncludeSystem { get; init; }

    /// <summary>What has the share and the limits that follow.</summary>
    public ShareScope Per { get; init; }

    /// <summary>How much fast memory they may have.</summary>
    public FastShare Fast { get; init; } = FastShare.Auto;

    /// <summary>Fast memory that is theirs whenever they need it, bytes.</summary>
    public long MinBytes { get; init; }

    /// <summary>Fast memory that they never exceed, bytes.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Part in what is to be shared out, against the weights of others of the same priority.</summary>
    public int Weight { get; init; } = StandardWeight;

    /// <summary>Who is served first when fast memory is short: higher ones.</summary>
    public int Priority { get; init; }

    /// <summary>Gets only what nobody else wants.</summary>
    public bool BestEffort { get; init; }

    /// <summary>How accesses are tracked.</summary>
    public TrackerChoice Tracker { get; init; }

    /// <summary>Scans in a round; null for the host's.</summary>
    public int? ScansPerRound { get; init; }

    /// <summary>Time between two scans, shortest and longest; null for the host's.</summary>
    public (TimeSpan Min, TimeSpan Max)? Interval { get; init; }

    /// <summary>Bytes moved per second at most for these processes; null for the host's limit alone.</summary>
    public long? RateLimitBytesPerSecond { get; init; }

    /// <summary>How long a scan may make their page faults wait before they are scanned more rarely; null for the host's.</summary>
    public TimeSpan? MaxStall { get; init; }

    /// <summary>Make known to the kernel's reclaim what of their fast memory is hot and cold; null for the host's.</summary>
    public bool? ShareHeat { get; init; }

    /// <summary>What becomes of their huge pages of which a part only is hot; null for the host's.</summary>
    public HugePagePolicy? HugePages { get; init; }

    /// <summary>Decide, but leave pages where they are.</summary>
    public bool DryRun { get; init; }

    /// <summary>Also move memory that the processes placed themselves by memory policies.</summary>
    public bool OverridePlacement { get; init; }

    /// <summary>Tell virtual machines where their memory lies, when they ask.</summary>
    public bool PublishLayout { get; init; }

    /// <summary>Rules for parts of the address space; the first that matches a mapping decides.</summary>
    public IReadOnlyList<AreaRule> Areas { get; init; } = [];

    /// <summary>True when it takes a process.</summary>
    public bool Takes(ProcessIdentity process) => Match.Matches(process) && (MayTakeSystem || SystemProcesses.RoleOf(process) is null);

    /// <summary>The first reason why it does not take a process; null when it does.</summary>
    public string? WhyNot(ProcessIdentity process)
    {
        string? match = Match.WhyNot(process);
        string? system = !MayTakeSystem && SystemProcesses.RoleOf(process) is { } role
            ? $"it is {role}, which a rule takes only with include-system: true"
            : null;

        // Where the program is not known the rule may match, and then that is why it does not take it.
        bool isOpen = match is not null && process.Executable is null && Match.AsksFor(MatchKey.Executable);
        return isOpen && system is not null ? $"{match}, and {system}" : match ?? system;
    }

    private bool MayTakeSystem => Exclude || IncludeSystem;
}
