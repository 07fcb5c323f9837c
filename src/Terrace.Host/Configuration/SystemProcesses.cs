using Terrace.Linux.Processes;

namespace Terrace.Host.Configuration;

/// <summary>
/// Processes that a rule takes only when it says <c>include-system: true</c>: without them nobody can repair the host, and a rule
/// that takes everything rarely means them.
/// </summary>
internal static class SystemProcesses
{
    /// <summary>What they are called together.</summary>
    public const string Names = "PID 1, the service manager, sshd and Terrace itself";

    // OpenSSH 9.8 split its server into three programs; systemd 255 starts services by way of systemd-executor.
    private static readonly string[] s_servers = ["sshd", "sshd-session", "sshd-auth"];
    private static readonly string[] s_managers = ["systemd", "systemd-executor"];
    private static readonly string[] s_terrace = ["terrace", "terrace-portable"];

    // Its commands that manage others. "terrace exercise" is a program like any other.
    private static readonly string[] s_managing = ["daemon", "manage", "run", "layout"];

    /// <summary>What the process is to the host, in words; null for all others.</summary>
    public static string? RoleOf(ProcessIdentity process)
    {
        if (process.Pid == 1)
        {
            return "PID 1";
        }

        ReadOnlySpan<char> program = ProgramOf(process);
        return IsOneOf(program, s_managers) ? "the service manager"
            : IsOneOf(program, s_servers) ? "sshd"
            : process.Pid == Environment.ProcessId || (IsOneOf(program, s_terrace) && Manages(process.Command)) ? "Terrace itself"
            : null;
    }

    /// <summary>True when its command line would tell whether it is Terrace itself.</summary>
    public static bool MayBeTerrace(ProcessIdentity process) => IsOneOf(ProgramOf(process), s_terrace);

    // Another user's program cannot be read, but its name can.
    private static ReadOnlySpan<char> ProgramOf(ProcessIdentity process) =>
        process.Executable is { } path ? path.AsSpan(path.LastIndexOf('/') + 1) : process.Comm;

    private static bool IsOneOf(ReadOnlySpan<char> program, string[] names)
    {
        foreach (string name in names)
        {
            if (program.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Manages(string? command)
    {
        string[] words = command?.Split(' ', 3) ?? [];
        return words.Length > 1 && s_managing.Contains(words[1], StringComparer.Ordinal);
    }
}
