namespace Terrace.Host.Guests;

/// <summary>
/// What <c>terrace layout follow</c> keeps on disk: the newest layout, and by whom it is followed, so that a layout that nobody
/// follows any more is recognised.
/// </summary>
internal sealed record FollowedFile
{
    /// <summary>Name of the file in the run folder.</summary>
    public const string Name = "layout-followed.json";

    public int Version { get; init; } = LayoutChannel.Version;

    /// <summary>The process that follows.</summary>
    public int Pid { get; init; }

    /// <summary>When that was started, in clock ticks since the machine's start: its number may come again.</summary>
    public long StartTicks { get; init; }

    /// <summary>False when the host has not confirmed it for a while.</summary>
    public bool Live { get; init; }

    public LayoutMessage? Layout { get; init; }
}
