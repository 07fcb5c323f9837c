namespace Terrace.Lab.Tests;

/// <summary>Tests marked [Collection("lab")] share one machine and run one after another.</summary>
[CollectionDefinition("lab")]
public sealed class LabGroup : ICollectionFixture<LabFixture>;
