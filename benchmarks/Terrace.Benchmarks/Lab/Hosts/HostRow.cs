using Terrace.Lab.Specification;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>A shape that hosts have: a machine, a load in it, and the share of fast memory that the load is to have.</summary>
/// <param name="Name">As <c>--row</c> has it.</param>
/// <param name="What">For people.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Load">Kind and MiB of lab-vm/host-load.</param>
/// <param name="FastNodes">The nodes that are fast, by the shape and not by what anybody reads in the machine: <c>0,1</c>.</param>
/// <param name="Share">The share, 0 to 1.</param>
internal sealed record HostRow(string Name, string What, LabSpec Machine, string Load, string FastNodes, double Share)
{
    /// <summary>Run first, in the machine.</summary>
    public string Prepare { get; init; } = "";

    /// <summary>What the load is started with, such as <c>taskset 2</c>.</summary>
    public string With { get; init; } = "";

    /// <summary>All of the load begins on slow nodes.</summary>
    public bool StartsSlow { get; init; }

    /// <summary>A script that begins in the background <see cref="SettleSeconds"/> after the start; empty for none.</summary>
    public string Disturbance { get; init; } = "";

    /// <summary>The load's memory can be tracked and moved; otherwise it is to be left alone.</summary>
    public bool IsTracked { get; init; } = true;

    /// <summary>The hit share has a target; with several nodes of a tier only the share has.</summary>
    public bool HasHitTarget { get; init; } = true;

    /// <summary>Why the kernel's own tiering is not tried; null when it is.</summary>
    public string? WithoutKernel { get; init; }

    /// <summary>A node whose part of the load's fast memory is told; null for none.</summary>
    public int? HomeNode { get; init; }

    /// <summary>How long before a disturbance.</summary>
    public const int SettleSeconds = 40;

    /// <summary>From the start, or from the disturbance, until figures are taken.</summary>
    public const int JudgedAfter = 60;

    /// <summary>For how long, after that, processor time counts as that of a load at rest.</summary>
    public const int RestSeconds = 30;

    /// <summary>Seconds from the start of management until figures are taken.</summary>
    public int JudgedAt => JudgedAfter + (Disturbance.Length > 0 ? SettleSeconds : 0);

    /// <summary>Seconds that the load is managed.</summary>
    public int Seconds => JudgedAt + RestSeconds;
}
