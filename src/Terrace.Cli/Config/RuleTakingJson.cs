using System.Text.Json.Serialization;

namespace Terrace.Cli.Config;

/// <summary>What <c>terrace config --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RuleTaking))]
[JsonSerializable(typeof(RuleAnswer))]
internal sealed partial class RuleTakingJson : JsonSerializerContext;
