namespace Terrace.Linux.Processes;

/// <summary>A tracker that looks at mappings, and heeds what is said of them.</summary>
public interface IMappedTracker
{
    /// <summary>What an operator says of the process's mappings; null for nothing. Holds from the next read on.</summary>
    IMappingRules? Rules { get; set; }

    /// <summary>What the process says itself of its addresses; null for nothing.</summary>
    ProcessAdvice? Advice { get; set; }
}
