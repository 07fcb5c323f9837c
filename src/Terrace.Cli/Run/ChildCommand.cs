using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Terrace.Cli.CommandLine;
using Terrace.Host.Failures;
using Terrace.Linux.Interop;

namespace Terrace.Cli.Run;

/// <summary>The command of <c>terrace run</c>: it has the terminal, and signals that would end Terrace are passed on to it.</summary>
internal sealed class ChildCommand : IDisposable
{
    private const int ENOENT = 2;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Process _process;

    private ChildCommand(Process process) => _process = process;

    /// <summary>Its process.</summary>
    public int Pid => _process.Id;

    /// <summary>It has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>
    /// Starts it, found as a shell would find it; under a memory policy, or with null under Terrace's own; and told its share, unless
    /// that is null.
    /// </summary>
    /// <exception cref="CommandFailure">It is not there (127), cannot be executed (126), or the kernel refuses the policy.</exception>
    public static ChildCommand Start(IReadOnlyList<string> command, MemoryPolicy? policy = null, string? share = null)
    {
        string file = Find(command[0]) ?? throw NotFound(command[0]);
        if (Directory.Exists(file))
        {
            throw new CommandFailure(ExitCode.CannotExecute, $"cannot execute '{command[0]}': it is a folder", "name a program");
        }

        ProcessStartInfo start = new(file) { UseShellExecute = false };
        if (share is not null)
        {
            start.Environment[ShareVariable.Name] = share;
        }

        foreach (string argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return new ChildCommand(policy is null ? Process.Start(start)! : StartUnder(policy, start));
        }
        catch (Win32Exception problem)
        {
            throw problem.NativeErrorCode == ENOENT
                ? NotFound(command[0])
                : new CommandFailure(
                    ExitCode.CannotExecute,
                    $"cannot execute '{command[0]}': {ErrorWords.Of(problem)}",
                    "name a program that you may execute");
        }
    }

    /// <summary>Passes a signal on; true so that Terrace itself continues until the command ends.</summary>
    public void Forward(PosixSignal signal)
    {
        // Ctrl-C on a terminal goes to the whole foreground group: the command has it already.
        bool fromTerminal = signal == PosixSignal.SIGINT && !Console.IsInputRedirected;
        if (!fromTerminal && !_process.HasExited && PidFd.TryOpen(Pid, out PidFd? pidFd) == 0)
        {
            using (pidFd)
            {
                _ = pidFd!.Signal(signal switch { PosixSignal.SIGINT => 2, PosixSignal.SIGHUP => 1, _ => 15 });
            }
        }
    }

    /// <summary>Waits for its end: its exit code; 128 + the signal's number when a signal ended it.</summary>
    public int WaitForExit()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose() => _process.Dispose();

    // The child inherits the policy of the thread that makes it (set_mempolicy(2)): one of its own, so that none of Terrace's keeps it.
    private static Process StartUnder(MemoryPolicy policy, ProcessStartInfo start)
    {
        Process? process = null;
        Exception? problem = null;
        int refused = 0;
        Thread starter = new(() =>
        {
            try
            {
                refused = policy.SetForThisThread();
                process = refused == 0 ? Process.Start(start) : null;
            }
            catch (Exception thrown)
            {
                problem = thrown;
            }
        });
        starter.Start();
        starter.Join();
        if (problem is not null)
        {
            ExceptionDispatchInfo.Throw(problem);
        }

        return process ?? throw new CommandFailure(
            ExitCode.Unavailable,
            $"the kernel refuses the memory policy of --allocate on nodes {string.Join(',', policy.Nodes)}: {ErrorWords.Of(refused)}",
            "is terrace itself confined to other nodes (cpuset.mems)? leave --allocate out");
    }

    // Process.Start would look next to terrace and in the current folder first; a shell looks along PATH only.
    private static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return Path.GetFullPath(name);
        }

        string? found = null;
        foreach (
            string folder in (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin")
                .Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & AnyExecute) != UnixFileMode.None)
                {
                    return path;
                }

                found ??= path;
            }
        }

        return found;
    }

    private static CommandFailure NotFound(string name) =>
        new(ExitCode.CommandNotFound, $"there is no command '{name}'", "check its name and PATH, or give its path");
}
