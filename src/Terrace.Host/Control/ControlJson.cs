using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Host.Control;

/// <summary>
/// The lines of the control protocol, compiled. What comes from a peer is read strictly: no unknown or repeated members, no
/// depth.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlResponse))]
internal sealed partial class ControlJson : JsonSerializerContext
{
    /// <summary>As the socket speaks it: one line, absent facts left out.</summary>
    public static ControlJson Line { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    });
}
