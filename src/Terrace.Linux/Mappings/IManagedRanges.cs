using Terrace.Core.Machine;

namespace Terrace.Linux.Mappings;

/// <summary>Which pages of a process are managed.</summary>
internal interface IManagedRanges
{
    /// <summary>Those of the chunk that begins at an address; all before the mappings were first read.</summary>
    BitPlane CoverageOf(ulong chunkStart);
}
