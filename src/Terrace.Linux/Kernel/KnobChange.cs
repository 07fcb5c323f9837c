namespace Terrace.Linux.Kernel;

/// <summary>What became of a knob that was to be changed.</summary>
/// <param name="Name">Which.</param>
/// <param name="Before">Its value before; null when this kernel no longer has it.</param>
/// <param name="Wanted">What it should become.</param>
/// <param name="After">What it is now, as read back.</param>
/// <param name="Error">0, or the kernel's error number when it refused.</param>
public sealed record KnobChange(string Name, string? Before, string Wanted, string? After, int Error);
