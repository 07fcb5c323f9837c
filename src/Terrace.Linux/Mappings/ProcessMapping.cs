namespace Terrace.Linux.Mappings;

/// <summary>One mapping (VMA) of a process, for people.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">One past the last byte.</param>
/// <param name="Permissions">As in /proc/PID/maps, for example <c>rw-p</c>.</param>
/// <param name="Kind">What it is of.</param>
/// <param name="Name">File or name; empty for none.</param>
public sealed record ProcessMapping(ulong Start, ulong End, string Permissions, MappingKind Kind, string Name)
{
    /// <summary>True when Terrace tracks and moves its pages.</summary>
    public bool IsManaged => ProcessMaps.IsManaged(Kind);
}
