namespace Terrace.Lab;

/// <summary>Exit codes of <c>./lab</c> itself; every other code is that of the command run in the machine.</summary>
public static class LabExitCode
{
    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>No machine can be started, or no kernel found (EX_UNAVAILABLE of sysexits.h).</summary>
    public const int Unavailable = 69;

    /// <summary>The command or the boot took longer than allowed (as timeout(1)).</summary>
    public const int TimedOut = 124;

    /// <summary>Stopped by Ctrl-C (128 + SIGINT, as shells say it).</summary>
    public const int Interrupted = 130;
}
