using System.IO.Enumeration;
using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>
/// What a process must be for a rule to apply: all that is given must hold. Patterns are globs, where <c>*</c> stands for any
/// text (slashes too) and
/// <c>?</c> for one character.
/// </summary>
internal sealed record RuleMatch
{
    /// <summary>Path of the control group below the root, for example <c>/system.slice/redis*.service</c>.</summary>
    public string? Cgroup { get; init; }

    /// <summary>Path of the program.</summary>
    public string? Executable { get; init; }

    /// <summary>The command line, words joined by single spaces.</summary>
    public string? Command { get; init; }

    /// <summary>Name or number of the user.</summary>
    public string? User { get; init; }

    /// <summary>The systemd unit, for example <c>redis-server.service</c>.</summary>
    public string? Unit { get; init; }

    /// <summary>Identifier of the container, as docker, podman, containerd and cri-o put it in the name of its control group.</summary>
    public string? Container { get; init; }

    /// <summary>Identifier of the Kubernetes pod.</summary>
    public string? Pod { get; init; }

    /// <summary>Name of the QEMU virtual machine.</summary>
    public string? Vm { get; init; }

    /// <summary>True when the subject is all that this asks for.</summary>
    public bool Matches(ProcessIdentity subject) =>
        IsLike(Cgroup, subject.Cgroup)
        && IsLike(Executable, subject.Executable)
        && IsLike(Command, subject.Command)
        && (IsLike(User, subject.UserName) || IsLike(User, subject.UserId))
        && IsLike(Unit, subject.Unit)
        && IsLike(Container, subject.Container)
        && IsLike(Pod, subject.Pod)
        && IsLike(Vm, subject.Vm);

    private static bool IsLike(string? pattern, string? text) =>
        pattern is null || (text is not null && FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false));
}
