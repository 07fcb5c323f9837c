namespace Terrace.Linux.Kernel;

/// <summary>One setting of the kernel that decides about placement, as data.</summary>
/// <param name="Name">What it is called on the command line and in files.</param>
/// <param name="Path">Its file, from the root.</param>
/// <param name="Form">What its values look like.</param>
/// <param name="Does">What the kernel does by it, in a few words.</param>
public sealed record KernelKnob(string Name, string Path, KnobForm Form, string Does)
{
    /// <summary>What a value of it means for Terrace.</summary>
    public required Func<string, string> MeaningOf { get; init; }

    /// <summary>The file's name on kernels that call it differently; null when there is one name.</summary>
    public string? OtherPath { get; init; }

    /// <summary>Knobs with the same group change one another: writing one may change the values of the others.</summary>
    public string? Group { get; init; }

    /// <summary>The capability that the kernel asks for where it is written, besides being root; null when root is enough.</summary>
    public Capability? Needs { get; init; }

    /// <summary>Why Terrace shows it but does not set it, with what does; null for a knob that it sets.</summary>
    public string? ShownOnlyBecause { get; init; }
}
