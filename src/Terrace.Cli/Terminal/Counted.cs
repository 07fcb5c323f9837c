namespace Terrace.Cli.Terminal;

/// <summary>Writes numbers of things.</summary>
internal static class Counted
{
    /// <summary><c>1 rule</c>, <c>2 rules</c>, <c>2 processes</c>.</summary>
    public static string Of(long count, string noun) =>
        count == 1 ? $"1 {noun}" : $"{count} {noun}{(noun.EndsWith('s') ? "es" : "s")}";
}
