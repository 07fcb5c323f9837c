using System.Text.Json;
using System.Text.RegularExpressions;

namespace Terrace.Lab.Tests;

/// <summary>What a release says that it is made of. Needs no virtual machine.</summary>
[Trait("Category", "Long")]
public sealed partial class SbomTests(PackageFixture package) : IClassFixture<PackageFixture>
{
    [Fact]
    public void It_names_every_package_that_the_projects_reference_and_that_runs_with_version_licence_and_sum()
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllText(package.PathOf("usr/share/doc/terrace/terrace.cdx.json")));
        Assert.Equal("CycloneDX", list.RootElement.GetProperty("bomFormat").GetString());
        JsonElement[] components = [.. list.RootElement.GetProperty("components").EnumerateArray()];
        Dictionary<string, string> versions = components.ToDictionary(
            component => component.GetProperty("name").GetString()!, component => component.GetProperty("version").GetString()!);
        Assert.All(components, component =>
        {
            Assert.NotEqual("", component.GetProperty("licenses")[0].GetProperty("expression").GetString());
            Assert.Matches("^[0-9a-f]{128}$", component.GetProperty("hashes")[0].GetProperty("content").GetString());
        });

        // What the projects under src/ ask for, with the versions of Directory.Packages.props; analyzers are of the build.
        string root = LabFixture.RepositoryRoot();
        string[] referenced =
        [
            .. Directory.EnumerateFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories)
                .SelectMany(project => Reference().Matches(File.ReadAllText(project)).Select(match => match.Groups[1].Value))
                .Distinct(),
        ];
        Assert.NotEmpty(referenced);
        string central = File.ReadAllText(Path.Combine(root, "Directory.Packages.props"));
        foreach (string name in referenced)
        {
            string version = Regex.Match(central, $"""<PackageVersion Include="{Regex.Escape(name)}" Version="([^"]+)""").Groups[1].Value;
            Assert.True(versions.TryGetValue(name, out string? listed), $"{name} is not in the list");
            Assert.Equal(version, listed);
        }

        // The runtimes of both programs, and what is no package.
        Assert.Contains("Microsoft.NETCore.App.Runtime.NativeAOT.linux-x64", versions.Keys);
        Assert.Contains("Microsoft.NETCore.App.Runtime.linux-x64", versions.Keys);
        Assert.Contains(
            components, component => component.GetProperty("licenses")[0].GetProperty("expression").GetString() == "Bitstream-Vera");
        Assert.DoesNotContain(versions.Keys, name => name.Contains("Analyzer", StringComparison.Ordinal));
    }

    [Fact]
    public void It_is_of_the_programs_version_and_commit()
    {
        using JsonDocument list = JsonDocument.Parse(File.ReadAllText(package.PathOf("usr/share/doc/terrace/terrace.cdx.json")));
        JsonElement self = list.RootElement.GetProperty("metadata").GetProperty("component");
        string said = Release.Run(package.PathOf("usr/lib/terrace/terrace"), "--version");
        Assert.StartsWith(self.GetProperty("version").GetString()!, said, StringComparison.Ordinal);
        if (self.TryGetProperty("properties", out JsonElement properties))
        {
            Assert.Contains(properties[0].GetProperty("value").GetString()![..7], said, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("""<PackageReference Include="([^"]+)"(?![^>]*PrivateAssets)""")]
    private static partial Regex Reference();
}
