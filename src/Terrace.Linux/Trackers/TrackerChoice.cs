namespace Terrace.Linux.Trackers;

/// <summary>Which tracker to attach a process with.</summary>
public enum TrackerChoice
{
    /// <summary>Page tables where they can be read, else the idle bitmap where the kernel has it.</summary>
    Best,

    /// <summary>Page tables.</summary>
    PageTables,

    /// <summary>The idle bitmap.</summary>
    IdleBitmap,
}
