namespace Terrace.Tests;

/// <summary>Tests marked [Collection(AloneGroup.Name)] run while no other does: they measure what the whole process holds.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneGroup
{
    public const string Name = "alone";
}
