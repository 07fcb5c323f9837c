namespace Terrace.Linux.Dax;

/// <summary>How bringing a device online or offline ended.</summary>
public enum HotplugStatus
{
    /// <summary>It is what was asked for.</summary>
    Done,

    /// <summary>A step failed; the same command continues from here.</summary>
    Failed,

    /// <summary>It was told to stop; the same command continues from here.</summary>
    Stopped,

    /// <summary>Nothing more can be done, yet it is not what was asked for: its memory blocks cannot be seen, or it has none.</summary>
    Unclear,

    /// <summary>The device is not there any more.</summary>
    Gone,
}
