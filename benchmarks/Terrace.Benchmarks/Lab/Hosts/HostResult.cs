namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>A line of the table.</summary>
/// <param name="Row">The row's name.</param>
/// <param name="What">The row, for people.</param>
/// <param name="Asked">The share that was asked for; null for the tenants.</param>
internal sealed record HostResult(string Row, string What, double? Asked)
{
    /// <summary>With Terrace; null when that failed.</summary>
    public HostOutcome? Terrace { get; init; }

    /// <summary>With the kernel's own tiering; null when that was not tried or failed.</summary>
    public HostOutcome? Kernel { get; init; }

    /// <summary>The tenants with Terrace, in the row that has some.</summary>
    public TenantOutcome? TerraceTenants { get; init; }

    /// <summary>The tenants with the kernel's own tiering.</summary>
    public TenantOutcome? KernelTenants { get; init; }

    /// <summary>What is to be said in addition, such as why something was not tried.</summary>
    public string? Note { get; init; }

    /// <summary>Why there are no figures, or not all.</summary>
    public string? Failure { get; init; }
}
