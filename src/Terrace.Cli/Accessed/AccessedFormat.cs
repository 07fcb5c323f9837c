namespace Terrace.Cli.Accessed;

/// <summary>In which form <c>terrace accessed</c> writes pages.</summary>
internal enum AccessedFormat
{
    /// <summary>As /proc/PID/idle_pages has them (<see cref="IdlePagesWriter"/>).</summary>
    IdlePages,

    /// <summary>A bit for each page (<see cref="BitmapWriter"/>).</summary>
    Bitmap,
}
