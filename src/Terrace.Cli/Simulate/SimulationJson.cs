using System.Text.Json.Serialization;

namespace Terrace.Cli.Simulate;

/// <summary>What <c>terrace simulate --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SimulationSummary))]
internal sealed partial class SimulationJson : JsonSerializerContext;
