namespace Terrace.Lab;

/// <summary>Something the lab cannot do, said in one line with how to fix it.</summary>
public sealed class LabException(int exitCode, string problem, string? fix = null)
    : Exception(fix is null ? problem : $"{problem}; {fix}")
{
    /// <summary>What <c>./lab</c> exits with: see <see cref="LabExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The same may well succeed at the next try.</summary>
    public bool IsPassing { get; init; }

    /// <summary>The machine could not be started.</summary>
    public static LabException Unavailable(string problem, string? fix = null) => new(LabExitCode.Unavailable, problem, fix);

    /// <summary>The request makes no sense.</summary>
    public static LabException Usage(string problem, string? fix = null) => new(LabExitCode.Usage, problem, fix);

    /// <summary>Too slow.</summary>
    public static LabException TimedOut(string problem, string? fix = null) => new(LabExitCode.TimedOut, problem, fix);
}
