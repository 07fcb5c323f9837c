namespace Terrace.Core.Units;

/// <summary>
/// What is wrong with something that was asked for, and how to fix it: two parts of one line, never one text that is cut apart
/// again.
/// </summary>
/// <param name="What">What is wrong, in a few words.</param>
/// <param name="Fix">What to do about it, or what to write instead.</param>
public sealed record Problem(string What, string Fix)
{
    /// <summary><c>what; fix</c>, for a line that says something else after its own dash.</summary>
    public string AsClause => $"{What}; {Fix}";

    /// <summary>The same problem, with a word before it of where it is: <c>--nodes: there is no node 7</c>.</summary>
    public Problem At(string place) => this with { What = $"{place}: {What}" };

    /// <summary><c>what — fix</c>.</summary>
    public override string ToString() => $"{What} — {Fix}";
}
