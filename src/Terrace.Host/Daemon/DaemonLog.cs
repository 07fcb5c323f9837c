using Microsoft.Extensions.Logging;

namespace Terrace.Host.Daemon;

/// <summary>What the daemon logs.</summary>
internal static partial class DaemonLog
{
    [
        LoggerMessage(
            Level = LogLevel.Information,
            Message = "terrace {Version} follows {Configuration}: {Rules} rules, {Nodes} memory nodes in {Tiers} tiers"),
    ]
    public static partial void Started(ILogger logger, string version, string configuration, int rules, int nodes, int tiers);

    [
        LoggerMessage(
            Level = LogLevel.Information,
            Message = "stopped: processes continue as they are, their pages stay where they are; managed: {Processes}"),
    ]
    public static partial void Stopped(ILogger logger, int processes);

    [
        LoggerMessage(
            Level = LogLevel.Warning,
            Message = "the kernel reports no process events (error {Errno}): searching /proc every second instead"),
    ]
    public static partial void NoProcessEvents(ILogger logger, int errno);

    [LoggerMessage(Level = LogLevel.Information, Message = "process {Pid} ({Name}) joins {Group}")]
    public static partial void Joined(ILogger logger, int pid, string name, string group);

    [LoggerMessage(Level = LogLevel.Information, Message = "process {Pid} ({Name}) leaves {Group}: {Reason}")]
    public static partial void Left(ILogger logger, int pid, string name, string group, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "process {Pid} matches rule {Rule} but cannot be managed: {Problem}")]
    public static partial void NotAttached(ILogger logger, int pid, string rule, string problem);

    [
        LoggerMessage(
            Level = LogLevel.Information,
            Message = "process {Pid} matches rule {Rule} and is left alone until that ends: {What}"),
    ]
    public static partial void Elsewhere(ILogger logger, int pid, string rule, string what);

    [
        LoggerMessage(
            Level = LogLevel.Information,
            Message = "{Lines} more lines like these about processes of {Users} users were left out, {Most} of them of user {User}"),
    ]
    public static partial void LeftOut(ILogger logger, long lines, int users, long most, uint user);

    [
        LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Waiting} processes are not managed: {Managed} are, and {Limit} open files allow no more — "
                + "raise LimitNOFILE= of the service, or ulimit -n"),
    ]
    public static partial void NotManaged(ILogger logger, int waiting, int managed, int limit);

    [
        LoggerMessage(
            Level = LogLevel.Warning,
            Message = "process {Pid} is put aside: something holds the lock of its memory and does not give it back; it is looked at "
                + "again when that ends"),
    ]
    public static partial void PutAside(ILogger logger, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "the memory of process {Pid} can be looked at again")]
    public static partial void BackFromAside(ILogger logger, int pid);

    [
        LoggerMessage(
            Level = LogLevel.Warning,
            Message = "processes of user {User} wait to be looked at: they are very many, or their command lines very long, and looks "
                + "take more than 2 % of a CPU; others continue"),
    ]
    public static partial void LooksWait(ILogger logger, uint user);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while looking at process {Pid}: it is left alone")]
    public static partial void FaultOfProcess(ILogger logger, int pid, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "open files suffice again: all processes that rules take are managed")]
    public static partial void AllManaged(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "the host says where this machine's memory lies: generation {Generation}")]
    public static partial void LayoutFollowed(ILogger logger, long generation);

    [LoggerMessage(Level = LogLevel.Information, Message = "configuration read again: {Rules} rules")]
    public static partial void Reloaded(ILogger logger, int rules);

    [LoggerMessage(Level = LogLevel.Error, Message = "the configuration stays as it was: {Problem}")]
    public static partial void NotReloaded(ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "by user {User}: {Done}")]
    public static partial void Changed(ILogger logger, uint user, string done);

    [LoggerMessage(Level = LogLevel.Information, Message = "kernel: {Setting} was {Before} and is {After} now")]
    public static partial void KernelChanged(ILogger logger, string setting, string before, string after);

    [
        LoggerMessage(
            Level = LogLevel.Debug,
            Message = "gave back memory that is no longer needed, including {Kibibytes} KiB of the program's files"),
    ]
    public static partial void GaveBack(ILogger logger, long kibibytes);

    [
        LoggerMessage(
            Level = LogLevel.Information,
            Message = "memory nodes or their tiers have changed: {Nodes} memory nodes, tiers {Tiers}"),
    ]
    public static partial void NodesChanged(ILogger logger, int nodes, string tiers);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    public static partial void Warn(ILogger logger, string warning);

    [LoggerMessage(Level = LogLevel.Error, Message = "a fault while answering {Command}")]
    public static partial void Fault(ILogger logger, string command, Exception fault);
}
