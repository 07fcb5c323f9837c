using System.Text.Json;
using System.Text.Json.Serialization;
using Terrace.Host.Kernel;

namespace Terrace.Cli.Kernel;

/// <summary>What <c>terrace kernel --json</c> writes, compiled: members in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KernelReport))]
[JsonSerializable(typeof(KernelChangeReport))]
internal sealed partial class KernelJson : JsonSerializerContext
{
    private static readonly KernelJson s_indented = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static KernelJson Indented => s_indented;
}
