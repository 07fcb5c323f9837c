using System.Text.Json.Serialization;

namespace Terrace.Cli.Layout.Trial;

/// <summary>What <c>terrace layout simulate --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayoutTrialReport))]
internal sealed partial class LayoutTrialJson : JsonSerializerContext;
