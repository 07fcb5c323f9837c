using System.Text.Json.Serialization;

namespace Terrace.Cli.Exercise;

/// <summary>What <c>terrace exercise --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExerciseStart))]
[JsonSerializable(typeof(ExerciseReport))]
internal sealed partial class ExerciseJson : JsonSerializerContext;
