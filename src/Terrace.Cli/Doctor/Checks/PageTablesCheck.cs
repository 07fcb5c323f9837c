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
            Fix = problem?.Problem.Fix,
        };
    }
}
