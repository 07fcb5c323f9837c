namespace Terrace.Cli.Layout;

/// <summary>What became of a command on a layout, as <c>--json</c> says it.</summary>
internal static class LayoutOutcome
{
    public const string Shown = "shown";
    public const string Done = "done";

    /// <summary>In force, but some pages would not move.</summary>
    public const string Incomplete = "incomplete";

    public const string Prepared = "prepared";
    public const string DryRun = "dryRun";

    /// <summary>A change that was only prepared was given up.</summary>
    public const string Aborted = "aborted";

    /// <summary>A node was full, or it was asked for: what was done was taken back.</summary>
    public const string RolledBack = "rolledBack";

    /// <summary>A node was full: stopped at a page from which the same command continues.</summary>
    public const string Full = "full";

    /// <summary>Stopped by a signal; the same command continues.</summary>
    public const string Interrupted = "interrupted";

    /// <summary>The process ended, or the file was replaced or removed.</summary>
    public const string Gone = "gone";
}
