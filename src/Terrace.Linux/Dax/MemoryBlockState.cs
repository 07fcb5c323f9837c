namespace Terrace.Linux.Dax;

/// <summary>What state a memory block is in.</summary>
public enum MemoryBlockState
{
    /// <summary>The page allocator uses it.</summary>
    Online,

    /// <summary>It is there but not used.</summary>
    Offline,

    /// <summary>The kernel is moving pages out of it.</summary>
    GoingOffline,
}
