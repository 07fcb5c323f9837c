using System.Globalization;
using Terrace.Linux.Files;

namespace Terrace.Linux.Processes;

/// <summary>An instance of Terrace that manages a process.</summary>
/// <param name="Pid">Its number; 0 when it is in a namespace that shows none.</param>
/// <param name="Command">Its command, such as manage or daemon; null when it cannot be read.</param>
public sealed record ClaimHolder(int Pid, string? Command)
{
    private static readonly string[] s_commands = ["daemon", "manage", "run"];

    /// <summary>True when it is a daemon, which can be asked to let go.</summary>
    public bool IsDaemon => Command == "daemon";

    /// <inheritdoc/>
    public override string ToString() =>
        (Command is null ? "another terrace" : IsDaemon ? "the daemon" : $"terrace {Command}")
        + (Pid > 0 ? string.Create(CultureInfo.InvariantCulture, $" (process {Pid})") : "");

    internal static ClaimHolder Of(int pid) => new(pid, pid > 0 ? CommandOf(new FileTree("/"), pid) : null);

    // The first word of its command line that is a command that manages: words before it are the program's path, and those of whoever
    // started it.
    internal static string? CommandOf(FileTree tree, int pid) =>
        ProcessCommandLine.WordsOf(tree, pid).Skip(1).FirstOrDefault(word => s_commands.Contains(word));
}
