namespace Terrace.Lab;

/// <summary>Something the lab cannot do, said in one line with how to mend it.</summary>
public sealed class LabException(int exitCode, string problem, string? mend = null)
    : Exception(mend is null ? problem : $"{problem}; {mend}")
{
    /// <summary>What <c>./lab</c> exits with: see <see cref="LabExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The same may well succeed at the next try.</summary>
    public bool IsPassing { get; init; }

    /// <summary>The machine could not be started.</summary>
    public static LabException Unavailable(string problem, string? mend = null) => new(LabExitCode.Unavailable, problem, mend);

    /// <summary>The request makes no sense.</summary>
    public static LabException Usage(string problem, string? mend = null) => new(LabExitCode.Usage, problem, mend);

    /// <summary>Too slow.</summary>
    public static LabException TimedOut(string problem, string? mend = null) => new(LabExitCode.TimedOut, problem, mend);
}
