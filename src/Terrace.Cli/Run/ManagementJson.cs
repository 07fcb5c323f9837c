using System.Text.Json.Serialization;

namespace Terrace.Cli.Run;

/// <summary>
/// What <c>terrace run</c> and <c>terrace manage --json</c> writes, compiled: members in camelCase, absent facts are null.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManagementSummary))]
internal sealed partial class ManagementJson : JsonSerializerContext;
