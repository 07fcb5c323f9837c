namespace Terrace.Linux.Kernel;

/// <summary>A knob as it is now.</summary>
/// <param name="Knob">Which.</param>
/// <param name="IsPresent">This kernel has it.</param>
/// <param name="Value">Its value; null when this kernel does not have it or says something that cannot be understood.</param>
public sealed record KnobState(KernelKnob Knob, bool IsPresent, string? Value);
