namespace Terrace.Cli.Exercise;

/// <summary>The first event: who runs and what.</summary>
internal sealed record ExerciseStart
{
    public string Event { get; } = "start";

    public int Pid { get; init; }

    public long SizeBytes { get; init; }

    public long Pages { get; init; }

    public required string Workload { get; init; }

    /// <summary>First address of the arena, hexadecimal.</summary>
    public required string Arena { get; init; }
}
