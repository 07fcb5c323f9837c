using System.Globalization;

namespace Terrace.Host.Files;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">Its path as it was given.</param>
/// <param name="Line">Line, from 1; 0 when it concerns the whole file.</param>
/// <param name="Key">Path of the key, for example <c>rules[2].match.cgroup</c>; empty for the whole file.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Mend">What to write instead.</param>
internal sealed record ConfigurationProblem(string File, long Line, string Key, string What, string Mend)
{
    /// <summary><c>file:line: key: what — mend</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{File}:{(Line > 0 ? $"{Line}:" : "")} {(Key.Length > 0 ? Key + ": " : "")}{What} — {Mend}");
}
