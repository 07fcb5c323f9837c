namespace Terrace.Reports.Pictures;

/// <summary>Colours and sizes of lines and letters, dark on white.</summary>
internal static class PictureInk
{
    /// <summary>Size of most letters.</summary>
    public const double Size = 11;

    /// <summary>Size of what is read last.</summary>
    public const double SmallSize = 9;

    public static Rgb Paper { get; } = new(255, 255, 255);

    public static Rgb Text { get; } = new(36, 36, 42);

    public static Rgb Faint { get; } = new(98, 98, 104);

    public static Rgb Grid { get; } = new(224, 224, 222);

    /// <summary>Share of pages.</summary>
    public static Rgb Pages { get; } = new(96, 104, 124);

    /// <summary>Share of accesses, estimated.</summary>
    public static Rgb Estimate { get; } = new(214, 98, 14);

    /// <summary>Share of accesses, counted.</summary>
    public static Rgb Exact { get; } = new(20, 20, 26);

    /// <summary>Share of accesses that could be served.</summary>
    public static Rgb Best { get; } = new(0, 112, 84);

    /// <summary>Pages that went to faster memory.</summary>
    public static Rgb Up { get; } = new(214, 98, 14);

    /// <summary>Pages that went to slower memory.</summary>
    public static Rgb Down { get; } = new(24, 104, 188);

    /// <summary>Where the workload is known to have changed.</summary>
    public static Rgb Phase { get; } = new(130, 70, 150);
}
