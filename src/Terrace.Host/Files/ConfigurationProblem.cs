using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>One thing that is wrong with a configuration file.</summary>
/// <param name="File">Its path as it was given.</param>
/// <param name="Line">Line, from 1; 0 when it concerns the whole file.</param>
/// <param name="Key">Path of the key, for example <c>rules[2].match.cgroup</c>; empty for the whole file.</param>
/// <param name="Problem">What is wrong, and what to write instead.</param>
internal sealed record ConfigurationProblem(string File, long Line, string Key, Problem Problem)
{
    public ConfigurationProblem(string file, long line, string key, string what, string fix)
        : this(file, line, key, new Problem(what, fix))
    {
    }

    /// <summary>It may be meant so: the file can be used.</summary>
    public bool IsWarning { get; init; }

    /// <summary>The problem with its place, for a line of its own.</summary>
    public Problem Placed => new(
        Printable.Of($"{Place}{Shortened(Problem.What)}"), Printable.Of(Shortened(Problem.Fix)));

    /// <summary><c>file:line: key: what — fix</c>, on one line, however the file is written.</summary>
    public override string ToString() =>
        Printable.Of($"{Place}{Shortened(Problem.What)} — {Shortened(Problem.Fix)}");

    private string Place => string.Create(
        CultureInfo.InvariantCulture,
        $"{File}:{(Line > 0 ? $"{Line}:" : "")} {(IsWarning ? "warning: " : "")}{(Key.Length > 0 ? Shortened(Key) + ": " : "")}");

    // A file may have a whole book as a value.
    private static string Shortened(string text)
    {
        const int Longest = 400;
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
    }
}
