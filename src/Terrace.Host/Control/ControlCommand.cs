namespace Terrace.Host.Control;

/// <summary>The words of the control protocol.</summary>
internal static class ControlCommand
{
    public const string Status = "status";
    public const string Targets = "targets";
    public const string Set = "set";
    public const string Pause = "pause";
    public const string Resume = "resume";
    public const string Explain = "explain";
    public const string Events = "events";
    public const string Reload = "reload";
    public const string Advise = "advise";
}
