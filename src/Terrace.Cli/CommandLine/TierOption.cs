using Terrace.Core.Machine;
using Terrace.Host.Files;

namespace Terrace.Cli.CommandLine;

/// <summary><c>--tiers</c>: the operator says which nodes are fast and which are slow.</summary>
internal static class TierOption
{
    /// <summary>Its name.</summary>
    public const string Name = "--tiers";

    /// <summary>Makes it; its value is null when it is not given.</summary>
    public static UnitOption<TierChoice?> Create() => OptionParsers.Make<TierChoice?>(
        Name,
        "Which nodes are in which tier, the fastest first: 0-1/2 makes nodes 0 and 1 fast and node 2 slow. By default what kernel and "
            + "firmware say.",
        "NODES",
        null,
        ConfigurationValues.Tiers);
}
