using Terrace.Host.Guests;

namespace Terrace.Cli.Layout.Follow;

/// <summary>How a layout is followed.</summary>
internal sealed record FollowOptions
{
    /// <summary>The guest's end of the channel: a device, or a Unix socket that stands for it.</summary>
    public string Device { get; init; } = LayoutChannel.Device;

    /// <summary>Where the newest layout is kept.</summary>
    public required string Path { get; init; }

    /// <summary>Command to run at each change; null for none.</summary>
    public string? Command { get; init; }

    /// <summary>End with the first layout.</summary>
    public bool Once { get; init; }

    /// <summary>A host that answers no more is lost after this, or after three of its own looks when they are further apart.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time after which a question that was not answered is asked again: whoever it was for may be gone.</summary>
    public TimeSpan AskAgain { get; init; } = TimeSpan.FromSeconds(30);
}
