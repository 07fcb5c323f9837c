using Terrace.Core.Machine;

namespace Terrace.Linux.Mappings;

/// <summary>What is said of a mapping's pages.</summary>
/// <param name="Treatment">How they are treated.</param>
/// <param name="Area">The area that they belong to, when it has a share of its own.</param>
public readonly record struct MappingRule(MappingTreatment Treatment, FastArea? Area = null);
