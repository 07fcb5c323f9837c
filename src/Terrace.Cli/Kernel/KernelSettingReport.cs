namespace Terrace.Cli.Kernel;

/// <summary>One kernel setting, as <c>kernel --json</c> writes it.</summary>
internal sealed record KernelSettingReport
{
    public required string Name { get; init; }

    public required string Path { get; init; }

    /// <summary>This kernel has it.</summary>
    public bool Present { get; init; }

    /// <summary>Null when this kernel does not have it, or prints something that Terrace does not understand.</summary>
    public string? Value { get; init; }

    /// <summary>What it was before Terrace changed it; null when Terrace did not.</summary>
    public string? Before { get; init; }

    /// <summary>What <c>--set</c> takes; null for what Terrace does not set.</summary>
    public string? Takes { get; init; }

    /// <summary>What the kernel does by it.</summary>
    public required string Does { get; init; }

    /// <summary>What the present value means for Terrace.</summary>
    public string? Means { get; init; }
}
