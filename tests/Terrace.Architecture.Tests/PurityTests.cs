using System.Reflection;

namespace Terrace.Architecture.Tests;

public sealed class PurityTests
{
    private static readonly IReadOnlyList<string> s_banned =
        [
            .. BannedSymbols.Parse(Repository.Read("src/BannedSymbols.Ambient.txt")),
            .. BannedSymbols.Parse(Repository.Read("src/BannedSymbols.World.txt")),
        ];

    public static TheoryData<string> PureProjects => ["Terrace.Core", "Terrace.Simulation", "Terrace.Reports"];

    [Theory]
    [MemberData(nameof(PureProjects))]
    public void What_is_pure_uses_no_ambient_time_or_randomness_and_touches_nothing_outside(string project) =>
        Assert.Empty(BannedSymbols.UsedBy(Assembly.Load(project).Location, s_banned));

    [Theory]
    [MemberData(nameof(PureProjects))]
    public void What_is_pure_calls_no_native_code(string project) =>
        Assert.Empty(BannedSymbols.NativeImportsOf(Assembly.Load(project).Location));

    [Theory]
    [MemberData(nameof(PureProjects))]
    public void What_is_pure_hands_the_list_of_banned_symbols_to_the_compiler(string project) =>
        Assert.Contains(
            "<AdditionalFiles Include=\"../BannedSymbols.*.txt\" />",
            Repository.Read($"src/{project}/{project}.csproj"),
            StringComparison.Ordinal);

    [Fact]
    public void The_search_for_banned_symbols_sees_them()
    {
        IReadOnlyList<string> used = BannedSymbols.UsedBy(typeof(PurityTests).Assembly.Location, s_banned);
        Assert.Contains("T:System.Diagnostics.Stopwatch", used);
        Assert.Contains("P:System.DateTime.UtcNow", used);
        Assert.Contains("T:System.Random", used);
        Assert.Contains("T:System.IO.File", used);
        Assert.DoesNotContain("M:System.Guid.NewGuid", used);
    }

    [Fact]
    public void The_c_library_is_called_from_one_folder_only()
    {
        IReadOnlyList<string> imports =
            [
                .. Layers.Projects.Keys.SelectMany(
                    project => BannedSymbols.NativeImportsOf(Assembly.Load(Layers.AssemblyOf(project)).Location)),
            ];
        Assert.NotEmpty(imports);
        Assert.All(imports, import => Assert.StartsWith(Layers.InteropNamespace + ".", import, StringComparison.Ordinal));
    }
}
