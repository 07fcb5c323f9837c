using Terrace.Core.Machine;

namespace Terrace.Linux.Mappings;

/// <summary>A tracker that looks at mappings, and follows what is said of them.</summary>
public interface IMappedTracker
{
    /// <summary>What an operator says of the process's mappings; null for nothing. Holds from the next read on.</summary>
    IMappingRules? Rules { get; set; }

    /// <summary>Areas with shares of their own, as the last read met them.</summary>
    IReadOnlyList<FastArea> Areas { get; }

    /// <summary>What the process says itself of its addresses; null for nothing.</summary>
    AddressAdvice? Advice { get; set; }

    /// <summary>
    /// How often the mappings were read: at each read, except where the kernel tells that they cannot have changed since the one
    /// before.
    /// </summary>
    long MappingReads { get; }
}
