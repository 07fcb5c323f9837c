namespace Terrace.Host.Kernel;

/// <summary>What <c>kernel --set</c>, <c>--mode</c> and <c>--restore</c> did, as <c>--json</c> writes it.</summary>
internal sealed record KernelChangeReport
{
    public required IReadOnlyList<KernelChangeLine> Changes { get; init; }

    /// <summary>Settings that the mode would have set and that this kernel does not have.</summary>
    public required IReadOnlyList<string> NotOnThisKernel { get; init; }

    /// <summary>Where what was before is kept; null when there is nothing to put back any more.</summary>
    public string? StateFile { get; init; }
}
