namespace Terrace.Cli.Tiers;

/// <summary>One group that is left as it is.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Why">Why, in a few words.</param>
internal sealed record IsolationSkip(string Group, string Why);
