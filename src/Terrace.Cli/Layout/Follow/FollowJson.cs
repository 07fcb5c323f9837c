using System.Text.Json.Serialization;

namespace Terrace.Cli.Layout.Follow;

/// <summary>What <c>terrace layout follow --json</c> writes, compiled; absent facts are left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FollowEvent))]
internal sealed partial class FollowJson : JsonSerializerContext;
