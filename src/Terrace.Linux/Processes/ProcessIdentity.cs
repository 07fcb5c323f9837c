namespace Terrace.Linux.Processes;

/// <summary>Whose a process is and what it runs, as operators name it; null for what it has not or may not be read.</summary>
public sealed record ProcessIdentity
{
    /// <summary>Its number; 0 where it is not known.</summary>
    public int Pid { get; init; }

    /// <summary>Name of its first thread, up to 15 bytes.</summary>
    public string? Comm { get; init; }

    /// <summary>Number of the parent when it was looked at; null for those without one.</summary>
    public int? ParentPid { get; init; }

    /// <summary>Name of the parent's first thread.</summary>
    public string? ParentComm { get; init; }

    /// <summary>Path of the parent's program.</summary>
    public string? ParentExecutable { get; init; }

    /// <summary>
    /// Path of its control group: of cgroup v2; where v1 is in use too, of the hierarchy that tells its container, else of systemd's own.
    /// </summary>
    public string? Cgroup { get; init; }

    /// <summary>Path of the program.</summary>
    public string? Executable { get; init; }

    /// <summary>The command line, words joined by single spaces: the first 64 KiB of it.</summary>
    public string? Command { get; init; }

    /// <summary>There is more of the command line.</summary>
    public bool IsCommandCut { get; init; }

    /// <summary>The command line cannot be read now, because something holds the lock of the process's memory.</summary>
    public bool HidesCommand { get; init; }

    /// <summary>Number of the effective user.</summary>
    public string? UserId { get; init; }

    /// <summary>Number of the effective group.</summary>
    public string? GroupId { get; init; }

    /// <summary>Name of the effective user in /etc/passwd.</summary>
    public string? UserName { get; init; }

    /// <summary>The systemd unit.</summary>
    public string? Unit { get; init; }

    /// <summary>Identifier of the container, or the name of one of LXC or systemd-nspawn.</summary>
    public string? Container { get; init; }

    /// <summary>Identifier of the Kubernetes pod.</summary>
    public string? Pod { get; init; }

    /// <summary>Name of the Kubernetes pod, as the folder of its logs has it.</summary>
    public string? PodName { get; init; }

    /// <summary>The Kubernetes namespace that the pod is in.</summary>
    public string? Namespace { get; init; }

    /// <summary>Name of the QEMU virtual machine.</summary>
    public string? Vm { get; init; }
}
