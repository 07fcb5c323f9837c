namespace Terrace.Linux.Mappings;

/// <summary>How far the placement that a process has chosen itself is respected.</summary>
public enum PlacementRespect : byte
{
    /// <summary>Memory policies (set_mempolicy(2), mbind(2)) and the nodes that its cpuset allows.</summary>
    Full,

    /// <summary>The cpuset alone, which the kernel enforces anyway; policies are overridden.</summary>
    CpusetOnly,

    /// <summary>Nothing: for who only looks and moves no pages.</summary>
    None,
}
