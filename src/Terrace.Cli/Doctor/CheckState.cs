using System.Text.Json.Serialization;

namespace Terrace.Cli.Doctor;

/// <summary>What a check found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckState>))]
internal enum CheckState
{
    /// <summary>All is there.</summary>
    [JsonStringEnumMemberName("works")]
    Works,

    /// <summary>It works, but less well than it could, or something works against it.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>It is not there, or not permitted.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,
}
