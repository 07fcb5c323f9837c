using System.Text.Json;
using System.Text.Json.Serialization;
using Terrace.Cli.Configuration;
using Terrace.Cli.Cooperation;
using Terrace.Cli.Doctoring;
using Terrace.Cli.Exercise;
using Terrace.Cli.Hosting;
using Terrace.Cli.Layouts;
using Terrace.Cli.Scanning;
using Terrace.Cli.Simulating;
using Terrace.Cli.Tiers;
using Terrace.Cli.Topologies;

namespace Terrace.Cli.Output;

/// <summary>All that <c>--json</c> writes, compiled: property names are the members' in camelCase, absent facts are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExerciseStart))]
[JsonSerializable(typeof(ExerciseReport))]
[JsonSerializable(typeof(TopologyReport))]
[JsonSerializable(typeof(ScanReport))]
[JsonSerializable(typeof(ManagementSummary))]
[JsonSerializable(typeof(SimulationSummary))]
[JsonSerializable(typeof(RuleTaking))]
[JsonSerializable(typeof(TiersReport))]
[JsonSerializable(typeof(HotplugReport))]
[JsonSerializable(typeof(IsolationReport))]
[JsonSerializable(typeof(IsolationRecord))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(KernelReport))]
[JsonSerializable(typeof(KernelChangeReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(LayoutReport))]
[JsonSerializable(typeof(LayoutState))]
[JsonSerializable(typeof(LayoutPlanReport))]
[JsonSerializable(typeof(LayoutTrialReport))]
internal sealed partial class TerraceJson : JsonSerializerContext
{
    private static readonly TerraceJson s_indented = new(new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true });

    /// <summary>The same over several lines, for documents that are not streams.</summary>
    public static TerraceJson Indented => s_indented;
}
