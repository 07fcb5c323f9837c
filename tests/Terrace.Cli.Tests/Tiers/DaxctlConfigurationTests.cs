using Terrace.Cli.Tiers;
using Terrace.Host.Failures;
using Terrace.Linux.Dax;

namespace Terrace.Cli.Tests.Tiers;

public sealed class DaxctlConfigurationTests : IDisposable
{
    private const string Uuid = "4a037cad-298c-4795-8a0e-e9af5c7a30f6";

    private static readonly DaxDevice s_device = new("dax0.0", 1, DaxDevice.Kmem, 1 << 30) { IsNvdimm = true, NvdimmUuid = Uuid };

    private readonly string _root = Directory.CreateTempSubdirectory("terrace-daxctl-").FullName;

    private string Folder => Path.Combine(_root, "etc/daxctl.conf.d");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_device_is_persisted_once_and_removed_again()
    {
        Directory.CreateDirectory(Folder);
        DaxctlConfiguration daxctl = new(_root);
        string path = daxctl.Add(s_device);
        Assert.Equal([path], Directory.GetFiles(Folder));
        string[] lines = [.. File.ReadAllLines(path).Where(line => !line.StartsWith('#'))];
        Assert.Equal(
            [$"[reconfigure-device terrace-{Uuid}]", $"nvdimm.uuid = {Uuid}", "mode = system-ram", "online = true", "movable = true"],
            lines);
        Assert.Equal(path, daxctl.Add(s_device));
        Assert.Equal(path, daxctl.FileOf(s_device));
        Assert.Equal(path, daxctl.Remove(s_device));
        Assert.Null(daxctl.Remove(s_device));
        Assert.Null(daxctl.FileOf(s_device));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public void A_section_that_the_operator_wrote_is_neither_doubled_nor_removed()
    {
        Directory.CreateDirectory(Folder);
        string own = Path.Combine(Folder, "mine.conf");
        File.WriteAllText(
            own, $"# nvdimm.uuid = none\n[reconfigure-device mine]\nnvdimm.uuid={Uuid.ToUpperInvariant()}\nmode = system-ram\n");
        DaxctlConfiguration daxctl = new(_root);
        Assert.Equal(own, daxctl.Add(s_device));
        Assert.Null(daxctl.Remove(s_device));
        Assert.Equal([own], Directory.GetFiles(Folder));
    }

    [Fact]
    public void What_daxctl_could_not_persist_is_refused()
    {
        DaxctlConfiguration daxctl = new(_root);
        Assert.Equal(ExitCode.CannotWrite, Assert.Throws<CommandFailure>(() => daxctl.Require(s_device)).ExitCode);
        Directory.CreateDirectory(Folder);
        Assert.Equal(
            ExitCode.Unavailable, Assert.Throws<CommandFailure>(() => daxctl.Require(s_device with { NvdimmUuid = null })).ExitCode);
    }
}
