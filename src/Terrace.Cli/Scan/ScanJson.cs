using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Cli.Scan;

/// <summary>What <c>terrace scan --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ScanReport))]
internal sealed partial class ScanJson : JsonSerializerContext
{
    private static readonly ScanJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static ScanJson Indented => s_indented;
}
