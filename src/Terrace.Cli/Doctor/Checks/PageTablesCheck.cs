using Terrace.Linux.KernelMemory;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>The page-table tracker, tried as a whole; where it does not work, whether the idle bitmap takes over.</summary>
internal sealed class PageTablesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        TrackerProblem? problem = host.Probes.PageTables;
        bool fallback = host.HasIdleBitmap && host.Probes.IsRoot;
        return new CheckResult
        {
            Group = CheckGroups.Tracking,
            Name = "page tables",
            Essential = true,
            State = problem is null ? CheckState.Works : fallback ? CheckState.Degraded : CheckState.Missing,
            NeededFor = "seeing which pages are used",
            Detail = problem is null ? "can be read" : problem.Problem.What
                + (fallback ? "; the idle bitmap takes over, at many times the cost" : ""),
            Fix = CauseAbove(host, problem) is { } row ? $"see {row} above" : problem?.Problem.Fix,
        };
    }

    // The row that has the cause already; its fix is not said twice.
    private static string? CauseAbove(DoctorHost host, TrackerProblem? problem) => problem?.Reason switch
    {
        TrackerProblemReason.NoCore when !host.Files.Has("proc/kcore") => "/proc/kcore",
        TrackerProblemReason.NoSymbols when !TrackerProbe.ShowsSymbols(host.Root) => "kernel symbols",
        TrackerProblemReason.NoTypes when !host.Files.Has("sys/kernel/btf/vmlinux") => "kernel types",
        _ => null,
    };
}
