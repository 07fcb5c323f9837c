namespace Terrace.Host.Configuration;

/// <summary>What a file says of a rule, key by key.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file.</param>
/// <param name="Line">The line at which it begins.</param>
/// <param name="Values">What it says itself, without the defaults.</param>
internal sealed record RuleOutline(string Name, string File, long Line, IReadOnlyDictionary<string, GivenValue> Values);
