using System.Text.Json.Serialization;

namespace Terrace.Cli.Layout.Plan;

/// <summary>What <c>terrace layout plan --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayoutPlanReport))]
internal sealed partial class LayoutPlanJson : JsonSerializerContext;
