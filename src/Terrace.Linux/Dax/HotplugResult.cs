namespace Terrace.Linux.Dax;

/// <summary>What became of bringing a device online or offline.</summary>
/// <param name="Status">Done, or why not.</param>
/// <param name="Device">The device as it is now.</param>
/// <param name="Steps">Writes that succeeded; 0 when nothing was to be done.</param>
public sealed record HotplugResult(HotplugStatus Status, DaxDevice Device, int Steps)
{
    /// <summary>The first step that failed and did not succeed later.</summary>
    public HotplugStep Failed { get; init; }

    /// <summary>Its error number.</summary>
    public int Errno { get; init; }
}
