namespace Terrace.Linux.Nodes;

/// <summary>Something else on the machine that reads accessed bits and clears them, so that each of the two misses accesses.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Of">Whose bits.</param>
/// <param name="Knob">The setting by which Terrace may turn it off; null where it is somebody else's.</param>
/// <param name="File">The file that says that it runs.</param>
public sealed record AccessReader(string Name, string Of, string? Knob, string File)
{
    /// <summary>What it is, in a sentence's beginning.</summary>
    public override string ToString() => $"{Name} clears accessed bits {Of}";
}
