namespace Terrace.Reports.Pictures;

/// <summary>A process that a picture shows.</summary>
internal sealed class HeatTarget(int pid)
{
    /// <summary>Its number, which another process may have later.</summary>
    public int Pid { get; } = pid;

    /// <summary>When its first round ended; before that nothing is known of its memory.</summary>
    public TimeSpan LookedAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>When it was known to have exited.</summary>
    public TimeSpan GoneAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>What its last round showed.</summary>
    public RoundShares Last { get; set; }

    /// <summary>What its memory is called.</summary>
    public RangeNames Names { get; } = new();

    /// <summary>Addresses came that have no name yet.</summary>
    public bool HasNewAddresses { get; set; } = true;
}
