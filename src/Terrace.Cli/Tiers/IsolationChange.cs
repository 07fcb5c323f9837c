namespace Terrace.Cli.Tiers;

/// <summary>One group that is to be kept to the fast nodes.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Before">Its cpuset.mems now.</param>
/// <param name="Set">What it is to be set to.</param>
/// <param name="SlowBytes">Bytes of its pages outside of that, which the kernel would move; null when it does not say.</param>
internal sealed record IsolationChange(string Group, string Before, string Set, long? SlowBytes);
