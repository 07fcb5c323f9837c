using System.Text.Json.Serialization;

namespace Terrace.Cli.Layout;

/// <summary>What <c>terrace layout --json</c> writes and its state files, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayoutReport))]
[JsonSerializable(typeof(LayoutState))]
internal sealed partial class LayoutReportJson : JsonSerializerContext;
