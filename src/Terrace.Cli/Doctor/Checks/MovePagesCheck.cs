using Terrace.Core.Units;
using Terrace.Linux.Migration;

namespace Terrace.Cli.Doctor.Checks;

/// <summary>move_pages(2), which containers' filters of system calls often forbid.</summary>
internal sealed class MovePagesCheck : IHostCheck
{
    public CheckResult Look(DoctorHost host)
    {
        Problem? problem = MoveProbe.ProblemOf(host.Probes.MovePagesError);
        return new CheckResult
        {
            Group = CheckGroups.Placement,
            Name = "move_pages",
            Essential = true,
            State = problem is null ? CheckState.Works : CheckState.Missing,
            NeededFor = "moving pages",
            Detail = problem?.What ?? "the kernel accepts the call",
            Fix = problem?.Fix,
        };
    }
}
