using System.Reflection;
using System.Text.RegularExpressions;

namespace Terrace.Architecture.Tests;

public sealed partial class LayerTests
{
    private const string Samples = "Terrace.Architecture.Tests.Samples";

    public static TheoryData<string> ProjectNames => [.. Layers.Projects.Keys];

    [Fact]
    public void The_table_names_every_project_under_src() =>
        Assert.Equal(
            Layers.Projects.Keys.Order(),
            Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order());

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void The_table_names_every_folder_of_a_project_that_holds_more_than_the_program(string project)
    {
        IEnumerable<string> folders = Repository.SourcesIn("src/" + project)
            .Where(file => file.Namespace != "")
            .Select(file => file.Path.Split('/') is { Length: > 3 } parts ? parts[2] : Layers.Root)
            .Distinct();
        Assert.Equal(Layers.Folders[project].Keys.Order(StringComparer.Ordinal), folders.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_project_references_only_the_projects_below_it(string project)
    {
        string text = Repository.Read($"src/{project}/{project}.csproj");
        string[] references =
        [
            .. ProjectReference().Matches(text).Select(match => Path.GetFileNameWithoutExtension(match.Groups[1].Value)),
        ];
        Assert.Empty(references.Except(Layers.Projects[project]));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void An_assembly_uses_only_the_assemblies_below_it(string project)
    {
        IEnumerable<string> ours = Compiled(project).GetReferencedAssemblies()
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

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void The_table_lets_no_folders_reach_each_other_in_a_circle(string project) =>
        Assert.Equal("", CircleIn(Layers.Folders[project]));

    [Fact]
    public void A_circle_in_a_table_is_found()
    {
        Dictionary<string, string[]> table = new() { ["A"] = ["B"], ["B"] = ["C"], ["C"] = ["A"], ["D"] = [Layers.All] };
        Assert.Equal("A, B, C, D", CircleIn(table));
        table["C"] = [];
        Assert.Equal("", CircleIn(table));
        table["B"] = ["D"];
        Assert.Equal("A, B, D", CircleIn(table));
    }

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void The_sources_of_a_project_keep_to_the_flow(string project) =>
        Assert.Empty(Against(project, SourceReaches.Find(Repository.SourcesIn("src/" + project), project)));

    [Theory]
    [MemberData(nameof(ProjectNames))]
    public void A_compiled_project_keeps_to_the_flow(string project) =>
        Assert.Empty(Against(project, CompiledReaches.Find(Compiled(project), project)));

    [Fact]
    public void Folders_that_must_not_know_another_project_do_not()
    {
        foreach ((string folder, string[] barred) in Layers.Barred)
        {
            IEnumerable<string> reaches = Repository.SourcesIn("src/" + string.Join('.', folder.Split('.')[..2]))
                .Where(file => file.Namespace == folder && barred.Any(project => file.Code.Contains(project, StringComparison.Ordinal)))
                .Select(file => file.Path);
            Assert.Empty(reaches);
        }
    }

    [Fact]
    public void The_search_of_sources_sees_a_reach_against_the_flow()
    {
        SourceFile bad = new(
            "Tracking/Bad.cs",
            "using Terrace.Core.Placement;\nnamespace Terrace.Core.Tracking;\ninternal sealed class Bad { FastBudget? _budget; }\n");
        SourceFile alsoBad = new(
            "Units/Worse.cs",
            "namespace Terrace.Core.Units;\ninternal sealed class Worse { object o = Placement.FastBudget.None; }\n");
        SourceFile fine = new(
            "Tracking/Fine.cs",
            "namespace Terrace.Core.Tracking;\n// Placement.FastBudget\ninternal sealed class Fine { string s = "
                + "\"Placement.FastBudget\"; }\n");
        SourceFile budget = new("Placement/FastBudget.cs", "namespace Terrace.Core.Placement;\npublic static class FastBudget { }\n");
        Assert.Equal(
            ["Tracking/Bad.cs (Tracking) uses Placement.FastBudget", "Units/Worse.cs (Units) uses Placement.FastBudget"],
            Against("Terrace.Core", SourceReaches.Find([bad, alsoBad, fine, budget], "Terrace.Core")));
    }

    [Fact]
    public void The_search_of_sources_sees_a_reach_into_a_project_s_own_folder()
    {
        SourceFile bad = new("Scan/Bad.cs", "namespace Terrace.Cli.Scan;\ninternal sealed class Bad { object o = TerraceCommands.All; }\n");
        SourceFile root = new("TerraceCommands.cs", "namespace Terrace.Cli;\ninternal static class TerraceCommands { }\n");
        Assert.Equal(
            ["Scan/Bad.cs (Scan) uses ..TerraceCommands"],
            Against("Terrace.Cli", SourceReaches.Find([bad, root], "Terrace.Cli")));
    }

    [Fact]
    public void The_search_of_compiled_code_sees_a_reach_against_the_flow()
    {
        string[] against = Against("Terrace.Core", CompiledReaches.Find(typeof(LayerTests).Assembly, Samples));
        Assert.Equal(
            [
                "Terrace.Architecture.Tests.Samples.Tracking.CallsUp (Tracking) uses Placement.Budget",
                "Terrace.Architecture.Tests.Samples.Tracking.HoldsUp (Tracking) uses Placement.Budget",
            ],
            against);
    }

    private static Assembly Compiled(string project) => Assembly.Load(Layers.AssemblyOf(project));

    private static string[] Against(string project, IReadOnlyList<Reach> reaches) =>
    [
        .. reaches.Where(reach => !Layers.Allows(project, reach.From, reach.To))
            .Select(reach => reach.ToString())
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Folders that are left when those that reach only what was taken away are taken away, again and again.</summary>
    private static string CircleIn(IReadOnlyDictionary<string, string[]> table)
    {
        Dictionary<string, HashSet<string>> left = table.ToDictionary(
            entry => entry.Key,
            entry => (HashSet<string>)[.. entry.Value.Contains(Layers.All) ? table.Keys.Where(key => key != entry.Key) : entry.Value]);
        while (left.FirstOrDefault(entry => !entry.Value.Any(left.ContainsKey)) is { Key: { } done })
        {
            left.Remove(done);
        }

        return string.Join(", ", left.Keys.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("<ProjectReference\\s+Include=\"([^\"]+)\"")]
    private static partial Regex ProjectReference();
}
