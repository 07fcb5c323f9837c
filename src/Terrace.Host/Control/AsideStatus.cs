namespace Terrace.Host.Control;

/// <summary>A process that is put aside, because something holds the lock of its memory.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">Its name; null when it has ended.</param>
/// <param name="Seconds">Since when.</param>
internal sealed record AsideStatus(int Pid, string? Name, double Seconds);
