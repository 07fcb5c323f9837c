namespace Terrace.Host.Failures;

/// <summary>Ends a command with one line on stderr: <c>terrace: what — mend</c>.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="what">What is wrong, in a few words.</param>
/// <param name="mend">What to do about it.</param>
internal sealed class CommandFailure(int exitCode, string what, string mend) : Exception(what)
{
    public int ExitCode { get; } = exitCode;

    public string Mend { get; } = mend;

    public override string ToString() => $"terrace: {Message} — {Mend}";
}
