namespace Terrace.Core.Machine;

/// <summary>What is seen of one page.</summary>
public enum PageSight : byte
{
    /// <summary>No page is there.</summary>
    Absent,

    /// <summary>It was not accessed since its accessed bit was cleared.</summary>
    Idle,

    /// <summary>It was accessed.</summary>
    Accessed,
}
