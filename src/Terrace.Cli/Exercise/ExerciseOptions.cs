using Terrace.Core.Units;

namespace Terrace.Cli.Exercise;

/// <summary>What <c>terrace exercise</c> is asked to do.</summary>
internal sealed record ExerciseOptions
{
    public long SizeBytes { get; init; } = 1400L << 20;

    public ExercisePattern Pattern { get; init; }

    /// <summary>Fraction of the pages that are hot.</summary>
    public double HotFraction { get; init; } = 0.1;

    /// <summary>Share of the accesses that goes to them.</summary>
    public double HotShare { get; init; } = 0.9;

    public double ZipfExponent { get; init; } = 0.99;

    /// <summary>Hot pages lie anywhere rather than side by side.</summary>
    public bool Scattered { get; init; } = true;

    /// <summary>After this time other pages become hot; null for never.</summary>
    public TimeSpan? Phase { get; init; }

    /// <summary>Share of the accesses that write.</summary>
    public double WriteFraction { get; init; }

    public bool HugePages { get; init; }

    /// <summary>Name of its memory, such as terrace:fast=30%; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>A file to map in place of memory of the process's own, so that several processes share it; null for none.</summary>
    public string? SharedFile { get; init; }

    /// <summary>The node that the memory is bound to by a policy of its own; null for none.</summary>
    public int? Bind { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Part of the time that each thread accesses memory; it sleeps for the rest.</summary>
    public double Load { get; init; } = 1;

    /// <summary>Small mappings in addition to the arena that are unmapped, mapped again and moved all the time; 0 for none.</summary>
    public int Remap { get; init; }

    public ulong Seed { get; init; } = 1;

    /// <summary>How long to access memory; null until stopped.</summary>
    public TimeSpan? For { get; init; }

    public TimeSpan ReportEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Ask where pages are and count who served them.</summary>
    public bool Measure { get; init; } = true;

    /// <summary>Pages that the oracle may have in fast memory; auto: those that are there now plus what is free there.</summary>
    public FastShare OracleShare { get; init; } = FastShare.Auto;

    /// <summary>Base pages of the arena.</summary>
    public uint Pages => (uint)(SizeBytes / Chunk.PageBytes);

    /// <summary>The law of its accesses.</summary>
    public AccessLaw MakeLaw() => Pattern switch
    {
        ExercisePattern.Zipf => AccessLaw.Zipf(Pages, ZipfExponent),
        ExercisePattern.Sequential => AccessLaw.Uniform(Pages),
        _ => AccessLaw.HotSet(Pages, HotFraction, HotShare),
    };

    /// <summary>How far the order shifts with each phase, so that the new hot pages are others than the old.</summary>
    public uint PhaseShift =>
        Pattern == ExercisePattern.HotSet ? Math.Max(1, (uint)Math.Round(Pages * HotFraction)) : Math.Max(1, Pages / 10);
}
