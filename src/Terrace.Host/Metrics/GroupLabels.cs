namespace Terrace.Host.Metrics;

/// <summary>What tells one group's series from another's.</summary>
/// <param name="Group">The group's name, as <c>terrace targets</c> shows it.</param>
/// <param name="Rule">The rule that its processes come under.</param>
/// <param name="UserId">The user of one of its processes, who may have chosen its name; no label. Null when that is not known.</param>
internal readonly record struct GroupLabels(string Group, string Rule, string? UserId = null);
