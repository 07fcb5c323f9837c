namespace Terrace.Linux.Processes;

/// <summary>What can happen to a process.</summary>
public enum ProcessEventKind
{
    /// <summary>It was forked.</summary>
    Forked,

    /// <summary>It runs another program.</summary>
    Executed,

    /// <summary>Its user changed.</summary>
    ChangedUser,

    /// <summary>It exited.</summary>
    Exited,
}
