using System.Text.Json;
using Terrace.Host.Failures;

namespace Terrace.Cli.Tests.Kernel;

public sealed class KernelCommandTests
{
    [Fact]
    public void Json_has_the_documented_members_without_root()
    {
        CommandRun run = CommandRun.Of("kernel", "--json");
        Assert.Equal(0, run.ExitCode);
        using JsonDocument document = JsonDocument.Parse(run.Out);
        Assert.Equal(["settings", "watermarks", "tiers", "kernelTiers", "stateFile", "warnings"], CommandRun.NamesOf(document.RootElement));
        JsonElement first = document.RootElement.GetProperty("settings")[0];
        Assert.Equal(["name", "path", "present", "value", "before", "takes", "does", "means"], CommandRun.NamesOf(first));
        Assert.Equal("numa_balancing", first.GetProperty("name").GetString());
    }
}
