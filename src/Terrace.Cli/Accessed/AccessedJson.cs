using System.Text.Json.Serialization;

namespace Terrace.Cli.Accessed;

/// <summary>What <c>terrace accessed --json</c> writes, compiled: members in camelCase.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AccessedScan))]
internal sealed partial class AccessedJson : JsonSerializerContext;
