namespace Terrace.Host.Files;

/// <summary>Problems as people are told them: the first of many, then how many more there are.</summary>
internal static class ConfigurationProblems
{
    /// <summary>As many are named.</summary>
    public const int Most = 20;

    /// <summary>One line for each.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<ConfigurationProblem> problems)
    {
        IEnumerable<string> first = problems.Take(Most).Select(problem => problem.ToString());
        return problems.Count > Most ? first.Append($"and {problems.Count - Most} more") : first;
    }
}
