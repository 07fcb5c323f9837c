namespace Terrace.Host.Daemon;

/// <summary>How the daemon does, in the one line that <c>systemctl status</c> shows.</summary>
/// <param name="Processes">Processes that are managed.</param>
/// <param name="Groups">Groups that they belong to.</param>
/// <param name="Rules">Rules of the configuration in force.</param>
/// <param name="IsPaused">Nothing is scanned nor moved.</param>
/// <param name="IsDryRun">Nothing is moved.</param>
/// <param name="ConfigurationIsBad">The file cannot be used; the configuration before it is in force.</param>
internal readonly record struct ServiceSummary(int Processes, int Groups, int Rules, bool IsPaused, bool IsDryRun, bool ConfigurationIsBad)
{
    /// <summary>No slow memory is there, so that nothing moves until some comes.</summary>
    public bool LacksSlowTier { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(IsPaused ? "paused: " : LacksSlowTier ? "waiting for a slow tier: " : IsDryRun ? "dry run: " : "")}"
            + $"managing {Counted(Processes, "process", "processes")} in "
            + $"{Counted(Groups, "group", "groups")}, by {Counted(Rules, "rule", "rules")}"
        + (ConfigurationIsBad ? "; the configuration on disk is bad, the previous one is in force" : "");

    private static string Counted(int count, string one, string many) => $"{count} {(count == 1 ? one : many)}";
}
