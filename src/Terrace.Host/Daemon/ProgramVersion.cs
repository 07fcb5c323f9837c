using System.Reflection;

namespace Terrace.Host.Daemon;

/// <summary>Which Terrace this is.</summary>
internal static class ProgramVersion
{
    private const int ShortCommit = 9;
    private const string Modified = ".modified";

    /// <summary>For programs: with the whole number of the commit.</summary>
    public static string Full { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>For people: <c>0.1.0</c>, with the commit when the build knew it.</summary>
    public static string Text { get; } = Of(Full);

    /// <summary>
    /// Makes <c>0.1.0 (3f2504e04)</c> of <c>0.1.0+3f2504e04f8911d39a0c0305e82c3301</c>, and says so where the sources were not that
    /// commit's.
    /// </summary>
    internal static string Of(string informational)
    {
        int plus = informational.IndexOf('+', StringComparison.Ordinal);
        if (plus < 0)
        {
            return informational;
        }

        string commit = informational[(plus + 1)..];
        bool modified = commit.EndsWith(Modified, StringComparison.Ordinal);
        commit = modified ? commit[..^Modified.Length] : commit;
        return $"{informational[..plus]} ({commit[..Math.Min(commit.Length, ShortCommit)]}{(modified ? ", modified" : "")})";
    }
}
