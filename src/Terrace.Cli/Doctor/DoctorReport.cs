namespace Terrace.Cli.Doctor;

/// <summary>What <c>terrace doctor</c> tells.</summary>
internal sealed record DoctorReport
{
    /// <summary>Processes can be managed here.</summary>
    public bool CanManage { get; init; }

    /// <summary>uname -r.</summary>
    public string? KernelRelease { get; init; }

    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>Looks at everything.</summary>
    public static DoctorReport Of(DoctorHost host)
    {
        CheckResult[] checks = [.. HostChecks.All.Select(check => check.Look(host))];
        return new DoctorReport
        {
            CanManage = !checks.Any(IsInTheWay),
            KernelRelease = host.Files.ReadText("proc/sys/kernel/osrelease"),
            Checks = checks,
        };
    }

    /// <summary>True for what keeps Terrace from managing.</summary>
    public static bool IsInTheWay(CheckResult check) => check is { Essential: true, State: CheckState.Missing };
}
