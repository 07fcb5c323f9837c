namespace Terrace.Cli.Layout;

/// <summary>A process that was scanned for a plan.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tracker">What saw its accesses.</param>
internal sealed record LayoutUserReport(int Pid, string Name, string Tracker);
