using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>One line of <c>match</c>: a process must be like one of the patterns.</summary>
/// <param name="Key">What is compared.</param>
/// <param name="Patterns">Globs, where <c>*</c> stands for any text (slashes too) and <c>?</c> for one character; or numbers.</param>
/// <param name="Line">Line of the file.</param>
internal sealed record MatchCondition(MatchKey Key, IReadOnlyList<string> Patterns, long Line = 0)
{
    /// <summary>True when the process is like one of them.</summary>
    public bool Holds(ProcessIdentity process)
    {
        foreach (string pattern in Patterns)
        {
            if (Key.Holds(process, pattern))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The patterns, for people: <c>'/usr/bin/redis-server'</c>, <c>one of 'a', 'b'</c>.</summary>
    public string Wanted =>
        Patterns.Count == 1 ? $"'{Patterns[0]}'" : $"one of {string.Join(", ", Patterns.Select(pattern => $"'{pattern}'"))}";
}
