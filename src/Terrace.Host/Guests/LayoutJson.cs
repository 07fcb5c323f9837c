using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Host.Guests;

/// <summary>
/// The lines between a host and its guests, compiled. Members that are not known are skipped, so that a later version may add
/// some; none may come twice.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayoutMessage))]
[JsonSerializable(typeof(LayoutRequest))]
[JsonSerializable(typeof(FollowedFile))]
internal sealed partial class LayoutJson : JsonSerializerContext
{
    /// <summary>As the channel speaks it: one line, absent facts left out.</summary>
    public static LayoutJson Line { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    });
}
