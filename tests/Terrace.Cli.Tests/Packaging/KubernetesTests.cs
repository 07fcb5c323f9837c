using System.Text.RegularExpressions;
using System.Xml.Linq;
using Terrace.Host.Configuration;
using Terrace.Host.Files;
using YamlDotNet.RepresentationModel;

namespace Terrace.Cli.Tests.Packaging;

/// <summary>The manifests for Kubernetes, as far as they can be judged without a cluster, and the examples for other containers.</summary>
public sealed partial class KubernetesTests
{
    private const string Manifests = "packaging/kubernetes/daemonset.yaml";

    private readonly YamlNode[] _documents;

    public KubernetesTests()
    {
        YamlStream stream = [];
        stream.Load(new StringReader(Read(Manifests)));
        _documents = [.. stream.Documents.Select(document => document.RootNode)];
    }

    private YamlNode Pod => OfKind("DaemonSet")["spec"]["template"]["spec"];

    private YamlNode Container => Assert.Single((YamlSequenceNode)Pod["containers"]);

    [Fact]
    public void Every_document_says_what_it_is_and_lies_in_one_namespace()
    {
        Assert.Equal(["Namespace", "ConfigMap", "DaemonSet"], _documents.Select(document => Text(document["kind"])));
        Assert.All(_documents, document => Assert.NotEmpty(Text(document["apiVersion"])));
        string name = Text(OfKind("Namespace")["metadata"]["name"]);
        Assert.All(_documents[1..], document => Assert.Equal(name, Text(document["metadata"]["namespace"])));
    }

    [Fact]
    public void Its_configuration_is_one_that_the_daemon_takes_and_moves_nothing_at_first()
    {
        string text = Text(OfKind("ConfigMap")["data"][Path.GetFileName(ConfigurationFile.StandardPath)]);
        DaemonConfiguration? configuration = ConfigurationFile.Parse(Manifests, text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        Assert.True(configuration!.Tiering.DryRun);
    }

    [Fact]
    public void The_daemon_sees_the_hosts_processes_and_kernel_memory()
    {
        Assert.Equal("true", Text(Pod["hostPID"]));
        Assert.Equal("true", Text(Pod["hostNetwork"]));
        Assert.Equal("true", Text(Container["securityContext"]["privileged"]));
    }

    [Fact]
    public void Folders_are_mounted_where_the_program_looks_and_each_mount_has_a_volume()
    {
        Dictionary<string, string> mounts = ((YamlSequenceNode)Container["volumeMounts"]).ToDictionary(
            mount => Text(mount["name"]), mount => Text(mount["mountPath"]));
        Assert.Equal(
            [Path.GetDirectoryName(ConfigurationFile.StandardPath), DaemonSettings.StandardRunFolder, DaemonSettings.StandardStateFolder],
            [mounts["configuration"], mounts["run"], mounts["state"]]);
        Assert.Equal(mounts.Keys.Order(), ((YamlSequenceNode)Pod["volumes"]).Select(volume => Text(volume["name"])).Order());
    }

    [Fact]
    public void The_image_is_that_of_this_version_here_and_in_the_documentation()
    {
        string version = XDocument.Load(RepositoryFiles.PathOf("Directory.Build.props")).Descendants("Version").Single().Value;
        Assert.Equal($"terrace:{version}", Text(Container["image"]));
        Assert.All(
            ImageName().Matches(Read("docs/containers.md")).Select(match => match.Value),
            image => Assert.Equal($"terrace:{version}", image));
    }

    /// <summary>With fewer it does not work (ServiceTests), and more are not needed.</summary>
    [Fact]
    public void Containers_are_run_with_the_capabilities_of_the_service_and_those_of_what_its_unit_opens_for_it()
    {
        string[] unit =
        [
            .. new ServiceUnit().Words("CapabilityBoundingSet")
                .Select(capability => capability["CAP_".Length..])
                .Concat(["SYSLOG", "NET_ADMIN"])
                .Order(),
        ];
        string[] examples = [.. Example().Split(Read("docs/containers.md")).Skip(1).Select(rest => rest.Split("```")[0])];
        Assert.Equal(2, examples.Length);
        Assert.All(
            examples,
            example => Assert.Equal(unit, AddedCapability().Matches(example).Select(match => match.Groups[1].Value).Order()));
    }

    [Theory]
    [InlineData("docs/containers.md")]
    [InlineData("docs/production.md")]
    public void Configurations_in_the_documentation_are_taken(string page)
    {
        string[] configurations = [.. Configuration().Matches(Read(page)).Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(configurations);
        Assert.All(
            configurations,
            text =>
            {
                Assert.NotNull(ConfigurationFile.Parse(page, text, out IReadOnlyList<ConfigurationProblem> problems));
                Assert.Empty(problems);
            });
    }

    private static string Read(string path) => File.ReadAllText(RepositoryFiles.PathOf(path));

    private static string Text(YamlNode node) => Assert.IsType<YamlScalarNode>(node).Value!;

    private YamlNode OfKind(string kind) => Assert.Single(_documents, document => Text(document["kind"]) == kind);

    [GeneratedRegex(@"\bterrace:\d+\.\d+[\w.]*")]
    private static partial Regex ImageName();

    [GeneratedRegex(@"```yaml\n(version: 1\n.*?)```", RegexOptions.Singleline)]
    private static partial Regex Configuration();

    [GeneratedRegex(@"^(?:docker|sudo docker|sudo podman) run", RegexOptions.Multiline)]
    private static partial Regex Example();

    [GeneratedRegex(@"--cap-add[ =](\w+)")]
    private static partial Regex AddedCapability();
}
