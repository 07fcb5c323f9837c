namespace Terrace.Linux.Kernel;

/// <summary>A knob that a running program holds.</summary>
/// <param name="Name">Which.</param>
/// <param name="Before">What it was, and will be again.</param>
/// <param name="Held">What the program set it to.</param>
/// <param name="Now">What it is; null when it cannot be read.</param>
public sealed record HeldKnob(string Name, string Before, string Held, string? Now);
