using System.Reflection;
using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

public sealed partial class LayerTests
{
    private const string Core = "Terrace.Core";

    private static readonly Assembly s_core = Assembly.Load(Core);

    public static TheoryData<string> ProjectNames => [.. Layers.Projects.Keys];

    [Fact]
    public void The_table_names_every_project_under_src() =>
        Assert.Equal(Layers.Projects.Keys.Order(), Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order());

    [Fact]
    public void The_table_names_every_folder_of_the_core() =>
        Assert.Equal(Layers.CoreFolders.Keys.Order(), Repository.SourcesIn("src/" + Core).Select(file => file.Path.Split('/')[2]).Where(folder => !folder.EndsWith(".cs", StringComparison.Ordinal)).Distinct().Order());

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_references_only_the_projects_below_it(string project)
    {
        string text = Repository.Read($"src/{project}/{project}.csproj");
        string[] references = [.. ProjectReference().Matches(text).Select(match => Path.GetFileNameWithoutExtension(match.Groups[1].Value))];
        Assert.Empty(references.Except(Layers.Projects[project]));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void An_assembly_uses_only_the_assemblies_below_it(string project)
    {
        string assembly = project == "Terrace.Cli" ? "terrace" : project;
        IEnumerable<string> ours = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => name.StartsWith("Terrace", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(ours.Except(Layers.Projects[project]));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_file_is_in_the_folder_that_its_namespace_names(string project)
    {
        IEnumerable<string> misplaced = Repository.SourcesIn("src/" + project)
            .Where(file => file.Namespace != "" && file.Namespace != Path.GetDirectoryName(file.Path)!["src/".Length..].Replace('/', '.'))
            .Select(file => $"{file.Path} says namespace {file.Namespace}");
        Assert.Empty(misplaced);
    }

    [Fact]
    public void The_sources_of_the_core_keep_to_the_flow() =>
        Assert.Empty(Against(SourceReaches.Find(Repository.SourcesIn("src/" + Core), Core)));

    [Fact]
    public void The_compiled_core_keeps_to_the_flow() => Assert.Empty(Against(CompiledReaches.Find(s_core, Core)));

    [Fact]
    public void Single_types_that_the_table_lets_through_exist()
    {
        HashSet<string> types = [.. s_core.GetTypes().Select(type => type.FullName!)];
        IEnumerable<string> single = Layers.CoreFolders.Values.SelectMany(allowed => allowed).Where(entry => entry.Contains('.', StringComparison.Ordinal));
        Assert.All(single, entry => Assert.Contains($"{Core}.{entry}", types));
    }

    [Fact]
    public void The_search_of_sources_sees_a_reach_against_the_flow()
    {
        SourceFile bad = new("Tracking/Bad.cs", "using Terrace.Core.Placement;\nnamespace Terrace.Core.Tracking;\ninternal sealed class Bad { FastBudget? _budget; }\n");
        SourceFile alsoBad = new("Units/Worse.cs", "namespace Terrace.Core.Units;\ninternal sealed class Worse { object o = Placement.FastBudget.None; }\n");
        SourceFile fine = new("Tracking/Fine.cs", "namespace Terrace.Core.Tracking;\n// Placement.FastBudget\ninternal sealed class Fine { string s = \"Placement.FastBudget\"; }\n");
        SourceFile budget = new("Placement/FastBudget.cs", "namespace Terrace.Core.Placement;\npublic static class FastBudget { }\n");
        Assert.Equal(
            ["Tracking/Bad.cs (Tracking) uses Placement.FastBudget", "Units/Worse.cs (Units) uses Placement.FastBudget"],
            Against(SourceReaches.Find([bad, alsoBad, fine, budget], Core)));
    }

    [Fact]
    public void The_search_of_compiled_code_sees_a_reach_against_the_flow()
    {
        string[] against = Against(CompiledReaches.Find(typeof(LayerTests).Assembly, "Terrace.Architecture.Tests.Samples"));
        Assert.Equal(
            [
                "Terrace.Architecture.Tests.Samples.Tracking.CallsUp (Tracking) uses Placement.Budget",
                "Terrace.Architecture.Tests.Samples.Tracking.HoldsUp (Tracking) uses Placement.Budget",
            ],
            against);
    }

    private static string[] Against(IReadOnlyList<Reach> reaches) =>
        [.. reaches.Where(reach => !Layers.Allows(reach.From, reach.To, reach.Type)).Select(reach => reach.ToString()).Order(StringComparer.Ordinal)];

    [GeneratedRegex("<ProjectReference\\s+Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}
