namespace Terrace.Host.Failures;

/// <summary>What the program exits with; 64 and over after sysexits.h. <c>terrace run</c> passes its command's own code on.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>There is no such process, or it has no memory of its own (EX_NOINPUT).</summary>
    public const int NoSuchProcess = 66;

    /// <summary>The machine or its kernel lacks what is needed, for example a slow tier (EX_UNAVAILABLE).</summary>
    public const int Unavailable = 69;

    /// <summary>A fault of the program itself (EX_SOFTWARE).</summary>
    public const int Internal = 70;

    /// <summary>A file cannot be written (EX_CANTCREAT).</summary>
    public const int CannotWrite = 73;

    /// <summary>
    /// A layout is not in force, or not wholly: a node was full, or pages would not move; it can be tried again (EX_TEMPFAIL).
    /// </summary>
    public const int Incomplete = 75;

    /// <summary>Not permitted: usually not root (EX_NOPERM).</summary>
    public const int NotPermitted = 77;

    /// <summary>A configuration file cannot be used (EX_CONFIG).</summary>
    public const int BadConfiguration = 78;

    /// <summary>Stopped by Ctrl-C or SIGTERM before there was a result (128 + SIGINT, as in the shell).</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read standard output has gone (128 + SIGPIPE, as in the shell).</summary>
    public const int NobodyReads = 141;

    /// <summary><c>terrace run</c>: the command was found but cannot be executed, as in the shell.</summary>
    public const int CannotExecute = 126;

    /// <summary><c>terrace run</c>: there is no such command, as in the shell.</summary>
    public const int CommandNotFound = 127;
}
