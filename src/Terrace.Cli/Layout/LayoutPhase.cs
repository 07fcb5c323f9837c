namespace Terrace.Cli.Layout;

/// <summary>How far the change of a layout is, as state files and <c>--json</c> say it.</summary>
internal static class LayoutPhase
{
    /// <summary>Nobody has changed the layout.</summary>
    public const string None = "none";

    /// <summary>A change is written down and not begun.</summary>
    public const string Prepared = "prepared";

    /// <summary>A change was begun.</summary>
    public const string Moving = "moving";

    /// <summary>A change is being taken back.</summary>
    public const string Back = "back";

    /// <summary>A layout is in force.</summary>
    public const string Done = "done";
}
