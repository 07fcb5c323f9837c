namespace Terrace.Linux.Kernel;

/// <summary>What a knob should be set to.</summary>
/// <param name="Knob">Which.</param>
/// <param name="Value">A value of its form.</param>
public sealed record KnobSetting(KernelKnob Knob, string Value);
