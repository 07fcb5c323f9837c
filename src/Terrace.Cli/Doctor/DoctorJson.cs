using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Cli.Doctor;

/// <summary>What <c>terrace doctor --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext
{
    private static readonly DoctorJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static DoctorJson Indented => s_indented;
}
